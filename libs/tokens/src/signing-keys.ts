import type { KeyObject } from 'node:crypto';
import { recordAudit } from '@rekey/audit';
import { type Database, type Queryable, sql, statement } from '@rekey/database';
import {
  type Clock,
  type Keyring,
  type KeyUse,
  keyUses,
  type SealedAs,
  type SigningAlgorithm,
  uuidv7,
} from '@rekey/kernel';
import type { JWK } from 'jose';
import { In } from 'typeorm';
import { SigningKeyEntity } from './entities/signing-key.entity.js';
import { loadKey, makeKey } from './key-material.js';

export interface LoadedKey {
  kid: string;
  use: KeyUse;
  alg: SigningAlgorithm;
  generation: number;
  /** Milliseconds since the epoch: it signs from then on. */
  activeFrom: number;
  privateKey: KeyObject;
  publicKey: KeyObject;
  publicJwk: JWK;
}

const longest = statement(
  'signing_keys_longest_token',
  sql`select greatest(3600, max((lifetimes->>'access')::bigint)) as seconds from clients`,
);

const privateKeyAs = (kid: string): SealedAs => ({ column: 'signing_keys.private_sealed', id: kid });

/** An unknown key id may belong to a key that another process made, or be an attacker's invention, so we do not look it up each time. */
const reloadEveryMs = 5_000;
/** Keys of other processes are loaded long before they sign. */
const knownForMs = 600_000;
/** Of our key sets and of the metadata that leads to them. */
export const keySetCacheControl = 'public, max-age=300';
/** Longer than anybody caches our key set by its Cache-Control. */
export const publishedAheadMs = 3_600_000;

export interface KeyPlan {
  /** For access tokens; assertions of recoveries use ES256. */
  alg: SigningAlgorithm;
  rotateEveryMs: number;
}

/**
 * The signing keys of each use, with private halves encrypted under the keyring. The next key is published an hour before it signs; the
 * last one stays as long as one of its tokens may be live. If several processes make a key at once, only one remains: the unique index lets
 * one insert win.
 */
export class SigningKeys {
  private loaded: LoadedKey[] = [];
  private loadedAt = Number.NEGATIVE_INFINITY;
  private missedAt = Number.NEGATIVE_INFINITY;
  /** A caller who arrives during a lookup waits for it: it may find their key too. */
  private looking: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly plan: KeyPlan,
  ) {}

  /** The current signing key, if it can be returned without a read. */
  present(use: KeyUse): LoadedKey | undefined {
    return this.clock.now() - this.loadedAt > knownForMs ? undefined : this.current(use);
  }

  /** The current signing key; made when there is none. */
  async signingKey(use: KeyUse): Promise<LoadedKey> {
    const present = this.present(use);
    if (present) return present;
    await this.load();
    if (!this.current(use)) {
      await this.make(use, 1, this.clock.now());
      await this.load();
    }
    const made = this.current(use);
    if (!made) throw new Error(`there is no signing key for ${use}`);
    return made;
  }

  /** The public key for a key id of this use; undefined when there is none. */
  async verifyingKey(use: KeyUse, kid: unknown): Promise<LoadedKey | undefined> {
    const find = () => this.loaded.find((key) => key.kid === kid && key.use === use);
    const known = find();
    if (known || (!this.looking && this.clock.now() - this.missedAt < reloadEveryMs)) return known;
    this.looking ??= this.lookAgain().finally(() => {
      this.looking = undefined;
    });
    await this.looking;
    return find();
  }

  /** The public keys that others verify our signatures with (RFC 7517): the last, the current and the next key of this use. */
  async publicJwks(of: KeyUse): Promise<{ keys: JWK[] }> {
    await this.signingKey(of);
    const keys = this.loaded.filter(({ use, alg }) => use === of && alg !== 'HS256');
    return { keys: keys.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' })) };
  }

  /** Makes the next key when it is due, or when the algorithm changes; removes keys whose tokens have all expired. */
  async rotate(): Promise<void> {
    await this.load();
    const now = this.clock.now();
    for (const use of keyUses) {
      const newest = this.loaded.filter((key) => key.use === use).at(-1);
      if (!newest || newest.activeFrom > now) continue;
      const due = newest.activeFrom + this.plan.rotateEveryMs;
      const isOther = newest.alg !== this.algOf(use);
      const soonest = now + publishedAheadMs;
      if (isOther || due <= soonest)
        await this.make(use, newest.generation + 1, isOther ? soonest : Math.max(due, soonest));
    }
    const [row] = await this.database.query<{ seconds: string }>(longest);
    const keptMs = Number(row?.seconds ?? 3_600) * 1_000;
    const kids = this.loaded
      .filter((key) => {
        const next = this.loaded.find(
          ({ use, generation }) => use === key.use && generation === key.generation + 1,
        );
        return next !== undefined && next.activeFrom + keptMs < now;
      })
      .map(({ kid }) => kid);
    if (kids.length > 0) await this.remove(kids);
    await this.load();
  }

  /** For each use: when the current key started to sign, and when the next one is due. Milliseconds since the epoch. */
  async ages(): Promise<{ use: KeyUse; since: number; due: number }[]> {
    const keys = await Promise.all(keyUses.map((use) => this.signingKey(use)));
    return keys.map(({ use, activeFrom: since }) => ({ use, since, due: since + this.plan.rotateEveryMs }));
  }

  /** Looks up an unknown id once in a while. A failed lookup has found out nothing, so the next caller looks again. */
  private async lookAgain(): Promise<void> {
    const at = this.clock.now();
    await this.load();
    this.missedAt = at;
  }

  private algOf(use: KeyUse): SigningAlgorithm {
    return use === 'access_token' ? this.plan.alg : 'ES256';
  }

  private current(use: KeyUse): LoadedKey | undefined {
    const now = this.clock.now();
    return this.loaded.filter((key) => key.use === use && key.activeFrom <= now).at(-1);
  }

  private async load(): Promise<void> {
    const rows = await this.database.inRepository(SigningKeyEntity, (keys) =>
      keys.find({
        select: {
          kid: true,
          use: true,
          alg: true,
          generation: true,
          private_sealed: true,
          active_from: true,
        },
        order: { generation: 'asc' },
      }),
    );
    const known = new Map(this.loaded.map((key) => [key.kid, key]));
    this.loaded = rows.map((row): LoadedKey => {
      const already = known.get(row.kid);
      if (already) return already;
      const privateJwk = JSON.parse(this.keyring.open(row.private_sealed, privateKeyAs(row.kid)).toString());
      const { kid, use, alg, generation } = row;
      return {
        kid,
        use,
        alg,
        generation,
        activeFrom: row.active_from.getTime(),
        ...loadKey(alg, privateJwk),
      };
    });
    this.loadedAt = this.clock.now();
  }

  private async make(use: KeyUse, generation: number, activeFrom: number): Promise<void> {
    const alg = this.algOf(use);
    const { privateJwk, publicJwk } = await makeKey(alg);
    const now = this.clock.now();
    const kid = uuidv7(now);
    const row = {
      kid,
      use,
      alg,
      private_sealed: this.keyring.seal(JSON.stringify(privateJwk), privateKeyAs(kid)),
      // Earlier releases read it.
      public_jwk: { ...publicJwk },
      created_at: new Date(now),
      generation,
      active_from: new Date(activeFrom),
    };
    await this.database.transaction(async (tx) => {
      const { raw } = await tx.inRepository(SigningKeyEntity, (keys) =>
        keys.createQueryBuilder().insert().values(row).orIgnore().returning('kid').execute(),
      );
      // Another process has made it otherwise.
      if (raw.length > 0) await this.audit(tx, 'signing_key_created', { kid, use, alg });
    });
  }

  private async remove(kids: string[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { raw } = await tx.inRepository(SigningKeyEntity, (keys) =>
        keys
          .createQueryBuilder()
          .delete()
          .where({ kid: In(kids) })
          .returning(['kid', 'use', 'alg'])
          .execute(),
      );
      for (const { kid, use, alg } of raw) await this.audit(tx, 'signing_key_removed', { kid, use, alg });
    });
  }

  private audit(
    tx: Queryable,
    event: 'signing_key_created' | 'signing_key_removed',
    detail: { kid: string; use: string; alg: string },
  ): Promise<void> {
    const now = this.clock.now();
    return recordAudit(tx, { id: uuidv7(now), at: new Date(now), event, actor: 'system', detail });
  }
}
