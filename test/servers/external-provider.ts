import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { systemClock } from '@rekey/kernel';
import { createRemoteJWKSet, exportJWK, generateKeyPair, type JWTPayload, jwtVerify } from 'jose';
import { errors, type GrantContext, Provider } from 'oidc-provider';
import { freePort } from '../runner/free-port.js';

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const secret = 'it has: % & + = / and spaces';
const scope = 'openid offline_access';

/** A third party's authorization server, with the two grants by which a recovery can ask it for credentials. */
export class ExternalProvider {
  issuer = '';
  /** Payloads of the assertions that it accepted, and the other parameters. */
  readonly taken: { assertion: string; claims: JWTPayload; params: Record<string, unknown> }[] = [];
  /** Runs before the provider when a test wants it to misbehave; true when it has sent the response. */
  before: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** The grants of each account. */
  private readonly grants = new Map<string, string[]>();
  private server: Server | undefined;
  private readonly speaking = { ...console };
  private port = 0;

  /** @param accounts the accounts that it knows */
  constructor(
    private readonly recoveryUrl: string,
    readonly accounts: string[],
  ) {}

  /** Starts again on the same port after {@link close}. */
  async start(clientSecret = secret): Promise<this> {
    this.port ||= await freePort();
    // It warns of settings that the tests choose: everything in memory, default lifetimes, a Node.js that we support and it
    // does not.
    Object.assign(console, { warn: () => undefined, info: () => undefined });
    this.issuer = `http://localhost:${this.port}`;
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const provider = this.provider({ ...(await exportJWK(privateKey)), alg: 'ES256' }, clientSecret);
    const answer = provider.callback();
    this.server = createServer((request, response) => {
      if (!this.before?.(request, response)) answer(request, response);
    });
    await new Promise<void>((resolve) => this.server?.listen(this.port, 'localhost', resolve));
    return this;
  }

  async close(): Promise<void> {
    Object.assign(console, this.speaking);
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve) ?? resolve(undefined));
    this.server = undefined;
  }

  private provider(key: object, clientSecret: string): Provider {
    const client = (method: string, more: object) => ({
      client_id: `rekey ${method}`,
      grant_types: [jwtBearer, tokenExchange, 'refresh_token'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: method,
      id_token_signed_response_alg: 'ES256',
      ...more,
    });
    const provider = new Provider(this.issuer, {
      clients: [
        client('client_secret_basic', { client_secret: clientSecret }),
        client('client_secret_post', { client_secret: clientSecret }),
        { ...client('none', {}), client_id: 'app' },
        client('private_key_jwt', { jwks_uri: `${this.recoveryUrl}/.well-known/jwks.json` }),
      ],
      clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      cookies: { keys: ['of no use here'] },
      jwks: { keys: [key] },
      scopes: scope.split(' '),
      ttl: { AccessToken: 600, RefreshToken: 86_400, Grant: 86_400 },
      features: {
        devInteractions: { enabled: false },
        introspection: { enabled: true, allowedPolicy: () => true },
        revocation: { enabled: true, allowedPolicy: () => true },
        resourceIndicators: { enabled: true, getResourceServerInfo: () => ({ scope: '' }) },
      },
      // By default it refuses to fetch a URL of its own machine.
      fetch: (url: URL, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) =>
        fetch(url, options),
      findAccount: (_ctx: unknown, id: string) =>
        this.accounts.includes(id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined,
    });
    const keys = createRemoteJWKSet(new URL(`${this.recoveryUrl}/.well-known/jwks.json`), {
      cooldownDuration: 0,
    });
    const repeated = ['resource', 'audience'];
    const beside = ['scope', ...repeated];
    const grant = (name: string) => (ctx: GrantContext) => this.grant(provider, keys, ctx, name);
    provider.registerGrantType(jwtBearer, grant('assertion'), ['assertion', ...beside], repeated);
    const ofExchange = ['subject_token', 'subject_token_type', ...beside];
    provider.registerGrantType(tokenExchange, grant('subject_token'), ofExchange, repeated);
    return provider;
  }

  /** RFC 7523 §3, and the duties of an issuer in a recovery: each assertion once, and every older session ends. */
  private async grant(
    provider: Provider,
    keys: ReturnType<typeof createRemoteJWKSet>,
    ctx: GrantContext,
    parameter: string,
  ): Promise<void> {
    const { params } = ctx.oidc;
    const assertion = String(params[parameter]);
    const { payload: claims } = await jwtVerify(assertion, keys, {
      issuer: this.recoveryUrl,
      audience: this.issuer,
      algorithms: ['ES256'],
      typ: 'JWT',
      maxTokenAge: 60,
      currentDate: new Date(systemClock.now()),
      requiredClaims: ['sub', 'jti', 'exp', 'iat', 'acr', 'amr', 'auth_time', 'recovery_id'],
    }).catch((fault: unknown) => {
      throw new errors.InvalidGrant(`assertion: ${fault}`);
    });
    const { iss = '', sub: accountId = '', jti = '', exp = 0 } = claims;
    if (!(await provider.ReplayDetection.unique(iss, jti, exp)))
      throw new errors.InvalidGrant('assertion used before');
    if (!this.accounts.includes(accountId)) throw new errors.InvalidGrant('no such account');
    const older = this.grants.get(accountId) ?? [];
    for (const id of older) {
      await provider.AccessToken.revokeByGrantId(id);
      await provider.RefreshToken.revokeByGrantId(id);
    }

    // For the client of the recovery when it knows it: that client refreshes the tokens.
    const client = (await provider.Client.find(String(claims.client_id))) ?? ctx.oidc.client;
    const granted = new provider.Grant({ accountId, clientId: client.clientId });
    granted.addOIDCScope(scope);
    const grantId = await granted.save();
    this.grants.set(accountId, [...older, grantId]);
    this.taken.push({ assertion, claims, params: { ...params } });
    const about = { accountId, client, grantId, scope, gty: String(params.grant_type) };
    const access = new provider.AccessToken(about);
    const [resource] = [params.resource ?? []].flat();
    if (resource) {
      const server = {
        scope: '',
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      };
      access.resourceServer = new provider.ResourceServer(String(resource), server);
    }
    ctx.body = {
      access_token: await access.save(),
      refresh_token: await new provider.RefreshToken(about).save(),
      token_type: access.tokenType,
      expires_in: access.expiration,
      scope,
      ...(parameter === 'subject_token'
        ? { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }
        : {}),
    };
  }
}
