import {
  exactAt,
  isAfterPosition,
  type Keyset,
  type Page,
  pageByPosition,
  pageOf,
  positionValues,
  type Queryable,
  type SqlText,
  sql,
  statement,
  type Transaction,
} from '@rekey/database';
import { newSecret, type Position, type Refusal, refuse } from '@rekey/kernel';
import type { TokenContext } from './context.js';
import { ClientEntity } from './entities/client.entity.js';
import type { Grant } from './grants.js';
import type { ClientLifetimes } from './lifetimes.js';

/** An OAuth client, as the management API shows it. Its secret is shown once and stored as a keyed digest. */
export interface Client {
  client_id: string;
  name: string;
  type: 'public' | 'confidential';
  redirect_uris: string[];
  grants: Grant[];
  scopes: string[];
  lifetimes: ClientLifetimes;
}

/**
 * Whether a recovery may end with tokens for this client. Every client that holds tokens of people qualifies; one that only acts for itself
 * does not.
 */
export const holdsTokensOfPeople = ({ grants: its }: Client): boolean =>
  its.some((grant) => grant !== 'client_credentials');

/** SQL: whether this client can currently act only with its secret. */
export const isConfidential = (clientId: SqlText): SqlText =>
  sql`exists (select from clients where client_id = ${clientId} and type = 'confidential')`;

export interface ClientRow extends Client {
  secret_digest: Buffer | null;
}

const columns = sql`client_id, name, type, redirect_uris, grants, scopes, lifetimes`;
export const find = statement(
  'client_find',
  sql`select ${columns}, secret_digest from clients where client_id = :clientId`,
);

const upsert = statement(
  'client_put',
  sql`insert into clients (client_id, name, type, secret_digest, redirect_uris, grants, scopes, lifetimes, owner, created_at, updated_at)
   values (:client_id, :name, :type, :newDigest, :redirect_uris, :grants, :scopes, :lifetimes, :writer, :now, :now)
   on conflict (client_id) do update set
     name = excluded.name, type = excluded.type, redirect_uris = excluded.redirect_uris, grants = excluded.grants,
     scopes = excluded.scopes, lifetimes = excluded.lifetimes, updated_at = excluded.updated_at,
     secret_digest = case when excluded.type = 'public' then null
       when :replaceSecret then excluded.secret_digest else coalesce(clients.secret_digest, excluded.secret_digest) end,
     -- A client named in the settings belongs to the settings from now on.
     owner = case when :writer::text is null then null else clients.owner end
   where :everyones or clients.owner = :writer
   returning xmax = 0 as created, secret_digest = :newDigest as secret_is_new`,
);
export const secretPurpose = 'client-secret';

/** Restricts client ids; anything else never reaches a query. */
export const isClientId = (text: string): boolean => /^[\w.:-]{1,100}$/.test(text);

/** @returns undefined when there is no such client */
export async function readClient(database: Queryable, clientId: string): Promise<Client | undefined> {
  if (!isClientId(clientId)) return undefined;
  const row = await database.inRepository(ClientEntity, (clients) =>
    clients.findOne({
      select: {
        client_id: true,
        name: true,
        type: true,
        redirect_uris: true,
        grants: true,
        scopes: true,
        lifetimes: true,
      },
      where: { client_id: clientId },
    }),
  );
  return row ?? undefined;
}

const keyset: Keyset = { at: sql`created_at`, id: sql`client_id`, type: 'text' };

const list = statement(
  'clients_list',
  sql`select ${columns}, client_id as id, ${exactAt(keyset)} from clients where ${isAfterPosition(keyset)} ${pageByPosition(keyset)}`,
);

/** Clients, those that were created last first. */
export async function listClients(
  database: Queryable,
  page: { after?: Position | undefined; limit: number },
): Promise<Page<Client>> {
  const rows = await database.query<Client & { id: string; exact_at: string }>(
    list,
    positionValues(page.after, page.limit),
  );
  return pageOf(rows, page.limit, ({ id: _id, exact_at: _at, ...client }) => client);
}

export function splitDigest({ secret_digest: digest, ...client }: ClientRow): {
  client: Client;
  digest: Buffer | null;
} {
  return { client, digest };
}

/** The client on whose behalf another client is written. */
export interface ClientWriter {
  clientId: string;
  /** It may write clients that it has not created. */
  everyones: boolean;
}

/** Also in a transaction. */
type WritingContext = Pick<TokenContext, 'keyring'> & { database: Queryable };

/** The settings, and test set-ups. */
const anyones = { writer: null, everyones: true };
const writing = ({ clientId: writer, everyones }: ClientWriter) => ({ writer, everyones });

/**
 * Creates or replaces a client as the settings want it.
 *
 * @param options.secret for a client whose secret comes from the settings; otherwise one is generated for a confidential client that has
 * none
 * @returns the secret, if it was generated now
 */
export async function putClient(
  context: Pick<TokenContext, 'database' | 'keyring'>,
  now: number,
  client: Client,
  options: { secret?: string } = {},
): Promise<PutClient> {
  const put = await write(context, now, client, { ...options, ...anyones });
  if (!put) throw new Error('a client was not written');
  return put;
}

/** The same on behalf of a client, which owns what it creates. Refusal: `forbidden` for a client with another owner. */
export async function putClientBy(
  by: ClientWriter,
  context: WritingContext,
  now: number,
  client: Client,
): Promise<PutClient | Refusal> {
  return (await write(context, now, client, writing(by))) ?? refuse('forbidden');
}

interface PutClient {
  created: boolean;
  secret?: string;
}

/** @returns undefined when it has another owner */
async function write(
  { database, keyring }: WritingContext,
  now: number,
  client: Client,
  { secret: given, writer, everyones }: { secret?: string; writer: string | null; everyones: boolean },
): Promise<PutClient | undefined> {
  const secret = client.type === 'confidential' ? (given ?? newSecret()) : undefined;
  const [row] = await database.query<{ created: boolean; secret_is_new: boolean | null }>(upsert, {
    ...client,
    writer,
    everyones,
    lifetimes: JSON.stringify(client.lifetimes),
    newDigest: secret === undefined ? null : keyring.digest(secretPurpose, secret),
    replaceSecret: given !== undefined,
    now: new Date(now),
  });
  if (!row) return undefined;
  const isNew = secret !== undefined && row.secret_is_new === true && given === undefined;
  return { created: row.created, ...(isNew ? { secret } : {}) };
}

/** Checks whether this client may write it. Refusals: `not_found`, `forbidden`. */
export async function mayWriteClient(
  database: Queryable,
  clientId: string,
  by: ClientWriter,
): Promise<Refusal | undefined> {
  if (!isClientId(clientId)) return refuse('not_found');
  const row = await database.inRepository(ClientEntity, (clients) =>
    clients.findOne({ select: { client_id: true, owner: true }, where: { client_id: clientId } }),
  );
  if (!row) return refuse('not_found');
  return by.everyones || row.owner === by.clientId ? undefined : refuse('forbidden');
}

/** Refusals: `not_found`, `forbidden` for a client with another owner. */
export async function deleteClient(
  tx: Transaction,
  clientId: string,
  by: ClientWriter,
): Promise<Refusal | undefined> {
  const refused = await mayWriteClient(tx, clientId, by);
  if (refused) return refused;
  return tx.inRepository(ClientEntity, async (clients) => {
    // It may have got another owner in the meantime.
    const ownedBy = by.everyones ? {} : { owner: by.clientId };
    const { affected } = await clients.delete({ client_id: clientId, ...ownedBy });
    if (affected !== 1) return refuse('not_found');
    // A later client with the same id is not the creator of these.
    await clients.update({ owner: clientId }, { owner: null });
    return undefined;
  });
}
