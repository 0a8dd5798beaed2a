import { type Sql, statement } from '@rekey/database';
import { newSecret } from '@rekey/kernel';
import type { TokenContext } from './context.js';
import type { ClientLifetimes } from './lifetimes.js';
import { type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';

export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
export const grants = [
  tokenExchangeGrant,
  'authorization_code',
  'refresh_token',
  'client_credentials',
  deviceGrant,
] as const;
export type Grant = (typeof grants)[number];

/** An OAuth client, as the management API shows it; its secret is shown once and kept as a keyed digest. */
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
 * Whether a recovery may end with tokens for this client: it holds tokens of people in whichever way. Only one that acts for itself
 * alone does not.
 */
export const holdsTokensOfPeople = ({ grants: its }: Client): boolean =>
  its.some((grant) => grant !== 'client_credentials');

/** SQL: the client of that id acts with its secret only, as it is now. */
export const isConfidential = (clientId: string): string =>
  `exists (select from clients where client_id = ${clientId} and type = 'confidential')`;

interface ClientRow extends Client {
  secret_digest: Buffer | null;
}

const columns = 'client_id, name, type, redirect_uris, grants, scopes, lifetimes';
const find = statement(
  'client_find',
  `select ${columns}, secret_digest from clients where client_id = :clientId`,
);

const upsert = statement(
  'client_put',
  `insert into clients (client_id, name, type, secret_digest, redirect_uris, grants, scopes, lifetimes, created_at, updated_at)
   values (:client_id, :name, :type, :newDigest, :redirect_uris, :grants, :scopes, :lifetimes, :now, :now)
   on conflict (client_id) do update set
     name = excluded.name, type = excluded.type, redirect_uris = excluded.redirect_uris, grants = excluded.grants,
     scopes = excluded.scopes, lifetimes = excluded.lifetimes, updated_at = excluded.updated_at,
     secret_digest = case when excluded.type = 'public' then null
       when :replaceSecret then excluded.secret_digest else coalesce(clients.secret_digest, excluded.secret_digest) end
   returning xmax = 0 as created, secret_digest = :newDigest as secret_is_new`,
);
const remove = statement(
  'client_delete',
  'delete from clients where client_id = :clientId returning client_id',
);

const keepAnew = statement(
  'client_keep_secret_anew',
  'update clients set secret_digest = :fresh where client_id = :clientId and secret_digest = :kept',
);

const secretPurpose = 'client-secret';

/** What a client may be called; anything else never reaches a query. */
export const isClientId = (text: string): boolean => /^[\w.:-]{1,100}$/.test(text);

/** @returns undefined when there is no such client */
export async function readClient(sql: Sql, clientId: string): Promise<Client | undefined> {
  if (!isClientId(clientId)) return undefined;
  const [row] = await sql.query<ClientRow>(find, { clientId });
  return row && apart(row).client;
}

function apart({ secret_digest: digest, ...client }: ClientRow): { client: Client; digest: Buffer | null } {
  return { client, digest };
}

/**
 * Creates or replaces a client.
 *
 * @param options.secret for a client whose secret comes from the settings; otherwise one is made for a confidential client
 *   that has none
 * @returns the secret when it was made here and now
 */
export async function putClient(
  { database, keyring }: Pick<TokenContext, 'database' | 'keyring'>,
  now: number,
  client: Client,
  options: { secret?: string } = {},
): Promise<{ created: boolean; secret?: string }> {
  const secret = client.type === 'confidential' ? (options.secret ?? newSecret()) : undefined;
  const [row] = await database.query<{ created: boolean; secret_is_new: boolean | null }>(upsert, {
    ...client,
    lifetimes: JSON.stringify(client.lifetimes),
    newDigest: secret === undefined ? null : keyring.digest(secretPurpose, secret),
    replaceSecret: options.secret !== undefined,
    now: new Date(now),
  });
  const isNew = secret !== undefined && row?.secret_is_new === true && options.secret === undefined;
  return { created: row?.created ?? false, ...(isNew ? { secret } : {}) };
}

/** @returns false when there was none */
export const deleteClient = async (sql: Sql, clientId: string): Promise<boolean> =>
  isClientId(clientId) && (await sql.query(remove, { clientId })).length > 0;

interface Kept {
  /** Milliseconds since the epoch. */
  until: number;
  /** Undefined when there is none of that id. */
  client?: Client;
  /** Of its secret; a public client has none. */
  digest?: Buffer | null;
}

/**
 * Clients as each request needs them: kept for a few seconds, so that the path of a recovery does not ask for the same row
 * again and again. A change takes that long to be seen everywhere.
 */
export class ClientDirectory {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly context: Pick<TokenContext, 'database' | 'keyring' | 'clock'>) {}

  async find(clientId: string): Promise<Client | undefined> {
    return (this.known(clientId) ?? (await this.read(clientId))).client;
  }

  /**
   * Who is calling (RFC 6749 §2.3). A public client names itself; a confidential one shows its secret, also where that
   * would not be needed: whoever has a secret uses it.
   */
  async authenticate(clientId: string, secret: string | undefined): Promise<Client | OAuthRefusal> {
    const { client, digest } = this.known(clientId) ?? (await this.read(clientId));
    const refused = oauthRefuse('invalid_client', 'unknown client or wrong secret');
    if (!client) return refused;
    if (!digest) return secret === undefined ? client : refused;
    const fresh = secret && this.context.keyring.freshDigest(digest, secretPurpose, secret);
    if (!fresh) return refused;
    if (!fresh.equals(digest)) await this.keepAnew(clientId, digest, fresh);
    return client;
  }

  /** Only who has the secret can digest it under a newer key, so it is done when they show it. */
  private async keepAnew(clientId: string, kept: Buffer, fresh: Buffer): Promise<void> {
    await this.context.database.query(keepAnew, { clientId, kept, fresh });
    this.kept.delete(clientId);
  }

  /** @returns undefined when it must be read */
  private known(clientId: string): Kept | undefined {
    const kept = this.kept.get(clientId);
    return kept && kept.until > this.context.clock.now() ? kept : undefined;
  }

  private async read(clientId: string): Promise<Kept> {
    const until = this.context.clock.now() + 5_000;
    if (!isClientId(clientId)) return { until };
    const [row] = await this.context.database.query<ClientRow>(find, { clientId });
    // Invented ids must not fill the memory.
    if (this.kept.size > 1_000) this.kept.clear();
    const kept = { until, ...(row ? apart(row) : {}) };
    this.kept.set(clientId, kept);
    return kept;
  }
}
