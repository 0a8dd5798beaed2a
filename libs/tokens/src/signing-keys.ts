import { type Database, statement } from '@rekey/database';
import { type Clock, type Keyring, uuidv7 } from '@rekey/kernel';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

export type KeyUse = 'access_token' | 'recovery_assertion';

interface StoredKey {
  kid: string;
  use: KeyUse;
  alg: string;
  private_sealed: Buffer;
  public_jwk: JWK;
  retired_at: Date | null;
}

interface LoadedKey {
  kid: string;
  use: KeyUse;
  alg: string;
  retired: boolean;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  publicJwk: JWK;
}

const all = statement(
  'signing_keys_all',
  'select kid, use, alg, private_sealed, public_jwk, retired_at from signing_keys',
);
const add = statement(
  'signing_keys_add',
  `insert into signing_keys (kid, use, alg, private_sealed, public_jwk, created_at)
   values (:kid, :use, :alg, :privateSealed, :publicJwk, :now) on conflict do nothing`,
);

const algorithm = 'ES256';
/** An unknown key id may mean a key made elsewhere; it may also be an attacker's invention, so we do not look each time. */
const reloadEveryMs = 5_000;

/**
 * The signing keys of one use each, made at first start, private halves sealed under the keyring. Several processes that
 * start at once end with one key: the unique index lets one insert win.
 */
export class SigningKeys {
  private loaded: LoadedKey[] = [];
  private missedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** The key that signs now; made when there is none. */
  async signingKey(use: KeyUse): Promise<LoadedKey> {
    const current = this.current(use);
    if (current) return current;
    await this.load();
    if (!this.current(use)) {
      await this.make(use);
      await this.load();
    }
    const made = this.current(use);
    if (!made) throw new Error(`there is no signing key for ${use}`);
    return made;
  }

  /** The public key for a key id of this use; undefined when there is none. */
  async verifyingKey(use: KeyUse, kid: string | undefined): Promise<LoadedKey | undefined> {
    const find = () => this.loaded.find((key) => key.kid === kid && key.use === use);
    const known = find();
    if (known || this.clock.now() - this.missedAt < reloadEveryMs) return known;
    this.missedAt = this.clock.now();
    await this.load();
    return find();
  }

  /** What resource servers verify access tokens with (RFC 7517). */
  async publicJwks(): Promise<{ keys: JWK[] }> {
    await this.signingKey('access_token');
    const keys = this.loaded.filter(({ use }) => use === 'access_token');
    return { keys: keys.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' })) };
  }

  private current(use: KeyUse): LoadedKey | undefined {
    return this.loaded.find((key) => key.use === use && !key.retired);
  }

  private async load(): Promise<void> {
    const rows = await this.database.query<StoredKey>(all);
    this.loaded = await Promise.all(
      rows.map(async (row) => {
        const privateJwk = JSON.parse(this.keyring.open(row.private_sealed, row.kid).toString());
        return {
          kid: row.kid,
          use: row.use,
          alg: row.alg,
          retired: row.retired_at !== null,
          privateKey: (await importJWK(privateJwk, row.alg)) as CryptoKey,
          publicKey: (await importJWK(row.public_jwk, row.alg)) as CryptoKey,
          publicJwk: row.public_jwk,
        };
      }),
    );
  }

  private async make(use: KeyUse): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const kid = uuidv7(this.clock.now());
    await this.database.query(add, {
      kid,
      use,
      alg: algorithm,
      privateSealed: this.keyring.seal(JSON.stringify(await exportJWK(privateKey)), kid),
      publicJwk: JSON.stringify(await exportJWK(publicKey)),
      now: new Date(this.clock.now()),
    });
  }
}
