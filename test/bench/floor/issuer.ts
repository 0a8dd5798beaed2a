import { createPrivateKey, createPublicKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { type Claims, issuer, sha256, signAccess, verifyAccess } from './tokens.js';

/**
 * The floor of issue, refresh and introspect: handwritten code on `node:http` and `pg` alone, with responses that are true and
 * durable. Clients authenticate with a secret of which a digest is stored, one guarded update rotates a refresh token and
 * commits before the response, a replayed refresh token ends its session, introspection checks that the session is active.
 * Signatures are made and verified on the main thread, which is the cheapest way.
 *
 * Left out: key rotation and HS256, RS256, EdDSA; keyed digests under more than one key; the sealed values that diagnosis
 * needs; the ten seconds in which a retry gets the same successor; single revoked access tokens; lifetimes by role and client;
 * all scopes but one; audit; security headers, request ids, metrics, a log; validation beyond what it reads.
 */
const { DATABASE_URL: connectionString, PORT, SIGNING_KEY = '' } = process.env;
const privateKey = createPrivateKey(SIGNING_KEY);
const publicKey = createPublicKey(privateKey);
const pool = new pg.Pool({ connectionString, max: 10, idleTimeoutMillis: 0 });
const lifetimeSeconds = 600;

const rotate = {
  name: 'rotate',
  text: `update families set digest = $3, idle_expires_at = least(families.expires_at, now() + interval '30 days')
    from accounts where families.id = $1 and families.digest = $2 and families.client_id = $4 and ended_at is null
      and families.idle_expires_at > now() and accounts.id = families.account_id and accounts.is_active
    returning account_id`,
};
/** A caller who names a session without its current token has a rotated or an invented one: the session ends either way. */
const endForReuse = {
  name: 'end_for_reuse',
  text: 'update families set ended_at = now() where id = $1 and client_id = $2 and digest <> $3 and ended_at is null',
};
const isLive = {
  name: 'is_live',
  text: 'select from families where id = $1 and ended_at is null and idle_expires_at > now()',
};

let secretDigests = new Map<string, Buffer>();
async function readClients(): Promise<void> {
  const { rows } = await pool.query<{ id: string; secret_digest: Buffer }>('select * from clients');
  secretDigests = new Map(rows.map(({ id, secret_digest: digest }) => [id, digest]));
}

/** @returns undefined when the secret is not that of the client */
function authenticate(authorization = ''): string | undefined {
  if (!authorization.startsWith('Basic ')) return undefined;
  const [id = '', secret = ''] = Buffer.from(authorization.slice(6), 'base64').toString().split(':');
  const kept = secretDigests.get(id);
  return kept && timingSafeEqual(kept, sha256(secret)) ? id : undefined;
}

type Answer = [status: number, body: object];
const refuse = (error: string): Answer => [400, { error }];
const tokens = (about: Pick<Claims, 'sub' | 'client_id' | 'scope' | 'sid'>, more: object = {}): Answer => [
  200,
  {
    access_token: signAccess(privateKey, about, lifetimeSeconds),
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope: about.scope,
    ...more,
  },
];

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

async function refresh(client: string, token: string): Promise<Answer> {
  const [sid = '', secret = ''] = token.split('.');
  if (!uuid.test(sid)) return refuse('invalid_grant');
  const next = randomBytes(32).toString('base64url');
  const digest = sha256(secret);
  const { rows } = await pool.query<{ account_id: string }>({
    ...rotate,
    values: [sid, digest, sha256(next), client],
  });
  if (!rows[0]) {
    await pool.query({ ...endForReuse, values: [sid, client, digest] });
    return refuse('invalid_grant');
  }
  const about = { sub: rows[0].account_id, client_id: client, scope: 'account', sid };
  return tokens(about, { refresh_token: `${sid}.${next}` });
}

async function introspect(token: string): Promise<Answer> {
  const claims = verifyAccess(publicKey, token);
  const { rowCount } = claims?.sid
    ? await pool.query({ ...isLive, values: [claims.sid] })
    : { rowCount: claims ? 1 : 0 };
  return [200, rowCount === 1 ? { active: true, token_type: 'Bearer', ...claims } : { active: false }];
}

async function answer(path: string | undefined, client: string, form: URLSearchParams): Promise<Answer> {
  if (path === '/oauth2/introspect') return introspect(form.get('token') ?? '');
  if (path !== '/oauth2/token') return [404, {}];
  switch (form.get('grant_type')) {
    case 'client_credentials':
      return tokens({ sub: client, client_id: client, scope: 'account' });
    case 'refresh_token':
      return refresh(client, form.get('refresh_token') ?? '');
    default:
      return refuse('unsupported_grant_type');
  }
}

async function read(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

const server = createServer(async (request, response) => {
  let [status, body]: Answer = [200, { issuer }];
  try {
    if (request.method === 'POST') {
      const client = authenticate(request.headers.authorization);
      const form = await read(request);
      [status, body] = client ? await answer(request.url, client, form) : [401, { error: 'invalid_client' }];
    }
  } catch {
    [status, body] = [500, {}];
  }
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
});

await readClients();
const again = setInterval(() => void readClients().catch(() => undefined), 5_000);
process.once('SIGTERM', () => {
  clearInterval(again);
  server.close(() => void pool.end());
  server.closeIdleConnections();
});
server.listen(Number(PORT), '127.0.0.1');
