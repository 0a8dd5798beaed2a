import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** One key of the ring. The id travels with whatever the key has sealed or derived. */
export interface KeyringKey {
  /** 1 to 32 characters of `A-Z a-z 0-9 _ -`. */
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

const header = 1;
const nonceLength = 12;
const tagLength = 16;

/** What stands before whatever was sealed under this key, or kept by {@link Keyring.digest}. */
export const keyHeader = (keyId: string): Buffer =>
  Buffer.concat([Buffer.from([header, keyId.length]), Buffer.from(keyId)]);

const tagged = (keyId: string, mac: Buffer): Buffer => Buffer.concat([keyHeader(keyId), mac]);

function isOneOf(wanted: readonly Buffer[], given: Buffer): boolean {
  let found = false;
  for (const each of wanted) {
    if (each.length === given.length && timingSafeEqual(each, given)) found = true;
  }
  return found;
}

/**
 * The keys that the database does not hold, newest first. Each use has a purpose of its own, and each purpose a key of
 * its own (HKDF-SHA256, RFC 5869), so that nothing made for one use means anything in another.
 */
export class Keyring {
  private readonly byId: Map<string, Buffer>;
  private readonly purposeKeys = new Map<string, Buffer>();
  /** New things are sealed and derived under this key; the older ones only read. */
  readonly newestKeyId: string;

  /** @throws {Error} when there is no key, a key is not 32 bytes, or an id is malformed or used twice */
  constructor(private readonly keys: readonly KeyringKey[]) {
    const newest = keys[0];
    if (!newest) throw new Error('a keyring needs at least one key');
    for (const { id, key } of keys) {
      if (!/^[\w-]{1,32}$/.test(id)) throw new Error('a key id is 1 to 32 letters, digits, "_" or "-"');
      if (key.length !== 32) throw new Error(`key "${id}" has ${key.length} bytes, not 32`);
    }
    this.byId = new Map(keys.map(({ id, key }) => [id, key]));
    if (this.byId.size !== keys.length) throw new Error('two keys have the same id');
    this.newestKeyId = newest.id;
  }

  /**
   * Key material for one purpose and one context, which anyone with the keyring can derive again and nobody else can.
   *
   * @param options.keyId the key it was first derived under; the newest when left out
   * @param options.length bytes, 32 when left out
   * @returns undefined when the ring no longer holds that key
   */
  derive(
    purpose: string,
    context: string,
    options: { keyId?: string; length?: number } = {},
  ): Buffer | undefined {
    const key = this.byId.get(options.keyId ?? this.newestKeyId);
    if (!key) return undefined;
    const info = `rekey/${purpose}\0${context}`;
    return Buffer.from(hkdfSync('sha256', key, '', info, options.length ?? 32));
  }

  /**
   * AES-256-GCM under the newest key: `version, id length, id, nonce, ciphertext, tag`.
   *
   * @param aad bound to the result and needed to open it: the row's id, so that a sealed value moved to another row
   *   does not open there
   */
  seal(plain: string | Buffer, aad: string): Buffer {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.purposeKey('seal', this.newestKeyId), nonce);
    cipher.setAAD(Buffer.from(aad));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([keyHeader(this.newestKeyId), nonce, body, cipher.getAuthTag()]);
  }

  /** @throws {Error} when the value was changed, moved to another row, or sealed under a key that is gone */
  open(sealed: Buffer, aad: string): Buffer {
    const idEnd = 2 + (sealed[1] ?? 0);
    if (sealed[0] !== header || sealed.length < idEnd + nonceLength + tagLength)
      throw new Error('not a sealed value');
    const keyId = sealed.subarray(2, idEnd).toString();
    if (!this.byId.has(keyId)) throw new Error('sealed under a key that the keyring does not hold');
    const bodyStart = idEnd + nonceLength;
    const decipher = createDecipheriv(
      'aes-256-gcm',
      this.purposeKey('seal', keyId),
      sealed.subarray(idEnd, bodyStart),
    );
    decipher.setAAD(Buffer.from(aad));
    decipher.setAuthTag(sealed.subarray(-tagLength));
    return Buffer.concat([decipher.update(sealed.subarray(bodyStart, -tagLength)), decipher.final()]);
  }

  /** A keyed digest (HMAC-SHA256, 32 bytes) under the newest key: a blind index, or the trace of a bearer secret. */
  mac(purpose: string, text: string): Buffer {
    return this.macUnder(this.newestKeyId, purpose, text);
  }

  /** The digest under every key, newest first: what to look for while a rotation is under way. */
  macs(purpose: string, text: string): Buffer[] {
    return this.keys.map(({ id }) => this.macUnder(id, purpose, text));
  }

  /** The ids of the keys, newest first. */
  get keyIds(): string[] {
    return this.keys.map(({ id }) => id);
  }

  /**
   * The {@link mac} behind the id of its key (`version, id length, id, digest`): what is kept of a secret that nobody can
   * digest anew says by itself how long its key is needed.
   */
  digest(purpose: string, text: string): Buffer {
    return tagged(this.newestKeyId, this.mac(purpose, text));
  }

  /** Every form in which a digest of this text may be kept, newest first; those without an id are from before there was one. */
  digests(purpose: string, text: string): Buffer[] {
    const macs = this.macs(purpose, text);
    return [...macs.map((mac, at) => tagged(this.keyIds[at] ?? '', mac)), ...macs];
  }

  /** True when `kept` is one of {@link digests}; in constant time. */
  isDigest(kept: Buffer, purpose: string, text: string): boolean {
    return this.freshDigest(kept, purpose, text) !== undefined;
  }

  /** The newest of {@link digests}, to be kept from now on, when `kept` is one of them; in constant time. */
  freshDigest(kept: Buffer, purpose: string, text: string): Buffer | undefined {
    const all = this.digests(purpose, text);
    return isOneOf(all, kept) ? all[0] : undefined;
  }

  /** True when `digest` was made by {@link mac} from this text under any key of the ring; in constant time. */
  isMac(digest: Buffer, purpose: string, text: string): boolean {
    return isOneOf(this.macs(purpose, text), digest);
  }

  private macUnder(keyId: string, purpose: string, text: string): Buffer {
    return createHmac('sha256', this.purposeKey(`mac/${purpose}`, keyId))
      .update(text)
      .digest();
  }

  private purposeKey(purpose: string, keyId: string): Buffer {
    const name = `${keyId}\0${purpose}`;
    const known = this.purposeKeys.get(name);
    if (known) return known;
    const made = this.derive(purpose, '', { keyId });
    if (!made) throw new Error('the keyring does not hold this key');
    this.purposeKeys.set(name, made);
    return made;
  }
}
