import { sql, statement } from '@rekey/database';
import { type Client, type ClientRow, find, isClientId, secretPurpose, splitDigest } from './clients.js';
import type { TokenContext } from './context.js';
import { type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';

const keepAnew = statement(
  'client_rehash_secret',
  sql`update clients set secret_digest = :fresh where client_id = :clientId and secret_digest = :kept`,
);

interface Kept {
  /** Milliseconds since the epoch. */
  until: number;
  /** Undefined when no client has this id. */
  client?: Client;
  /** The digest of its secret; null for a public client. */
  digest?: Buffer | null;
}

/**
 * Clients as each request needs them, cached for five seconds, so that a recovery does not read the same row again and again. A change
 * takes that long to be seen everywhere.
 */
export class ClientDirectory {
  private readonly kept = new Map<string, Kept>();

  constructor(readonly context: Pick<TokenContext, 'database' | 'keyring' | 'clock'>) {}

  async find(clientId: string): Promise<Client | undefined> {
    return (this.known(clientId) ?? (await this.read(clientId))).client;
  }

  /**
   * Authenticates the client (RFC 6749 §2.3). A public client only names itself. A confidential one must show its secret everywhere, even
   * where an endpoint does not require it.
   */
  async authenticate(clientId: string, secret: string | undefined): Promise<Client | OAuthRefusal> {
    const { client, digest } = this.known(clientId) ?? (await this.read(clientId));
    const refused = oauthRefuse('invalid_client', 'unknown client or wrong secret');
    if (!client) return refused;
    if (!digest) return secret === undefined ? client : refused;
    const fresh = secret && this.context.keyring.freshDigest(digest, secretPurpose, secret);
    if (!fresh) return refused;
    if (!fresh.equals(digest)) await this.rehash(clientId, digest, fresh);
    return client;
  }

  /** Only the holder of the secret can digest it under a newer key, so this happens when they show it. */
  private async rehash(clientId: string, kept: Buffer, fresh: Buffer): Promise<void> {
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
    // Made-up ids must not fill the memory.
    if (this.kept.size > 1_000) this.kept.clear();
    const kept = { until, ...(row ? splitDigest(row) : {}) };
    this.kept.set(clientId, kept);
    return kept;
  }
}
