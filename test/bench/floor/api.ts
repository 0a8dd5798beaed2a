import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';
import { bearerToken, deriveCode } from './code.js';

/**
 * The floor of the bench: the least that a recovery can cost on this stack while every response is still true. No limits, no
 * audit, no encryption, no validation, no revocation of older sessions; a notification at the end only when told to.
 */
const { DATABASE_URL: connectionString, PORT, SECRET = '', NOTIFIES } = process.env;
const secret = Buffer.from(SECRET, 'base64url');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pool = new pg.Pool({ connectionString, max: 16, idleTimeoutMillis: 0 });
const minutes = 60_000;

/** One statement is one transaction: two inserts, one round trip to the server, one flush to disk. */
const start = {
  name: 'start',
  text: `with opened as (insert into recoveries (id, email, expires_at) values ($1, $2, $3) returning id, email)
    insert into messages (recovery_id, email) select id, email from opened`,
};

/** Counts an attempt and consumes the proof in one guarded update; the code is a function of the id, so it is known before. */
const prove = {
  name: 'prove',
  text: `update recoveries set tries = tries + 1, state = case when $2 then 'proven' else state end
    where id = $1 and state = 'proving' and tries < 5 and expires_at > now() returning state`,
};

const notice = `, notice as (insert into messages (recovery_id, email, is_notice) select id, email, true from won)`;
const issue = {
  name: 'issue',
  text: `with won as (update recoveries set state = 'completed' where id = $1 and state = 'proven' returning id, email)
    ${NOTIFIES === 'true' ? notice : ''}
    insert into families (account_id, recovery_id, refresh_digest, expires_at)
    select accounts.id, won.id, $2, $3 from won join accounts using (email) returning account_id`,
};

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwtHeader = base64url({ alg: 'ES256', typ: 'at+jwt', kid: 'floor' });

function accessToken(account: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: 'floor',
    sub: account,
    aud: 'floor',
    client_id: 'default',
    iat: seconds,
    exp: seconds + 600,
    jti: randomUUID(),
  };
  const signed = `${jwtHeader}.${base64url(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

interface OfRecovery {
  Params: { id: string };
  Body: { value: string };
}

const app = fastify();

const isTheirs = (id: string, authorization: string | undefined) =>
  authorization === `Bearer ${bearerToken(secret, id)}`;

app.get('/health/ready', async () => ({ ok: true }));

app.post<{ Body: { identifier: string } }>('/v1/recoveries', async (request, reply) => {
  const id = randomUUID();
  const expiresAt = new Date(Date.now() + 10 * minutes);
  await pool.query({ ...start, values: [id, request.body.identifier, expiresAt] });
  return reply
    .code(202)
    .send({ id, token: bearerToken(secret, id), state: 'proving', expires_at: expiresAt });
});

app.post<OfRecovery>('/v1/recoveries/:id/proofs', async ({ params: { id }, headers, body }, reply) => {
  if (!isTheirs(id, headers.authorization)) return reply.code(404).send();
  const isRight = body.value.replace(/[\s-]/g, '') === deriveCode(secret, id);
  const { rows } = await pool.query<{ state: string }>({ ...prove, values: [id, isRight] });
  if (!rows[0]) return reply.code(410).send();
  return reply.code(isRight ? 200 : 422).send({ state: rows[0].state });
});

app.post<OfRecovery>('/v1/recoveries/:id/credentials', async ({ params: { id }, headers }, reply) => {
  if (!isTheirs(id, headers.authorization)) return reply.code(404).send();
  const now = Date.now();
  const refreshToken = randomBytes(32).toString('base64url');
  const digest = createHash('sha256').update(refreshToken).digest();
  const { rows } = await pool.query<{ account_id: string }>({
    ...issue,
    values: [id, digest, new Date(now + 43_200 * minutes)],
  });
  if (!rows[0]) return reply.code(409).send();
  const token = { access_token: accessToken(rows[0].account_id, now), token_type: 'Bearer', expires_in: 600 };
  return reply.code(201).send({ ...token, refresh_token: refreshToken, recovery_id: id });
});

async function end(): Promise<void> {
  await app.close();
  await pool.end();
}

process.once('SIGTERM', () => void end());
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
