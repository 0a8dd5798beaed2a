import { type Database, sql, statement } from '@rekey/database';
import { systemClock, uuidv7 } from '@rekey/kernel';
import {
  type Client,
  ClientDirectory,
  defaultLifetimes,
  exchangeAssertion,
  isOAuthRefused,
  jwtTokenType,
  putClient,
  SigningKeys,
  signRecoveryAssertion,
  type TokenContext,
  tokenExchangeGrant,
} from '@rekey/tokens';
import { eightAtOnce, loadRekey, planRekey, startParts } from './rekey-parts.js';
import {
  accessSeconds,
  accountIdOf,
  type IssuerSystem,
  type Session,
  type Surroundings,
  sessionsOf,
} from './system-under-load.js';

const client: Client = {
  client_id: 'bench',
  name: 'Bench',
  type: 'confidential',
  redirect_uris: [],
  grants: [tokenExchangeGrant, 'refresh_token', 'client_credentials'],
  scopes: ['account'],
  lifetimes: { access: accessSeconds },
};

/** Rekey's issuer alone, with sessions that recoveries have opened. */
export async function startRekeyIssuer(around: Surroundings): Promise<IssuerSystem> {
  const plan = await planRekey(around);
  const { keyring, urlOf } = plan;
  const sessions: Session[] = [];
  let secret: string | undefined;
  const open = async (database: Database) => {
    const clock = systemClock;
    const context: TokenContext = {
      database,
      keyring,
      clock,
      keys: new SigningKeys(database, keyring, clock, { alg: 'ES256', rotateEveryMs: 30 * 86_400_000 }),
      issuerUrl: urlOf('issuer'),
      recoveryUrl: urlOf('recovery'),
      audience: [urlOf('issuer')],
      lifetimes: defaultLifetimes,
      strongRoles: [],
    };
    ({ secret } = await putClient(context, clock.now(), client));
    const clients = new ClientDirectory(context);
    await eightAtOnce(sessionsOf(around), async (account) => {
      sessions.push(await beginSession(context, clients, accountIdOf(account)));
    });
  };
  await loadRekey(around, plan, { more: open });
  return {
    name: 'rekey',
    url: urlOf('issuer'),
    database: new URL(around.databaseUrl).pathname.slice(1),
    processes: await startParts(['issuer'], plan, around),
    client: { id: client.client_id, secret: secret ?? '' },
    sessions,
  };
}

const basis = statement(
  'bench_basis',
  sql`select a.generation, d.id || ':' || d.binding as authenticator
   from accounts a join addresses d on d.account_id = a.id where a.id = :accountId limit 1`,
);

/** The same call as at the end of a recovery. */
async function beginSession(
  context: TokenContext,
  clients: ClientDirectory,
  accountId: string,
): Promise<Session> {
  const [proven] = await context.database.query<{ generation: string; authenticator: string }>(basis, {
    accountId,
  });
  if (!proven) throw new Error(`${accountId} has no address`);
  const now = new Date(context.clock.now());
  const assertion = await signRecoveryAssertion(context, {
    accountId,
    recoveryId: uuidv7(context.clock.now()),
    clientId: client.client_id,
    acr: 'urn:rekey:recovery:aal1',
    amr: ['recovery-code-email'],
    provenAt: now,
    basis: { generation: proven.generation, authenticators: [proven.authenticator], since: now },
  });
  const tokens = await exchangeAssertion(context, clients, {
    subject_token: assertion,
    subject_token_type: jwtTokenType,
  });
  if (isOAuthRefused(tokens)) throw new Error(`no session for ${accountId}: ${tokens.error}`);
  return { accountId, accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? '' };
}
