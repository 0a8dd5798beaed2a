import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { SealFault } from './seal-fault.js';
import { associatedData, associatedDataBefore, nameOf, type SealedAs } from './sealed-as.js';

/** One key of the keyring. Every value that it has encrypted or derived carries its id. */
export interface KeyringKey {
  /** 1 to 32 characters of `A-Z a-z 0-9 _ -`. */
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

const nonceLength = 12;
const tagLength = 16;

interface Form {
  /** The first byte. */
  version: number;
  /** Each purpose has a key of its own, so that no value opens in another form. */
  purpose: string;
  boundTo(as: SealedAs): string | undefined;
}

const form: Form = { version: 2, purpose: 'seal/2', boundTo: associatedData };
/** The form of earlier releases. Its values can be opened, and are encrypted again. */
const formBefore: Form = { version: 1, purpose: 'seal', boundTo: associatedDataBefore };
const digestVersion = 1;

const headerOf = (version: number, keyId: string): Buffer =>
  Buffer.concat([Buffer.from([version, keyId.length]), Buffer.from(keyId)]);

/**
 * The first bytes of every value that is encrypted under this key now. A value that starts differently has an older key or an older
 * version.
 */
export const sealHeader = (keyId: string): Buffer => headerOf(form.version, keyId);

/** Every encrypted value starts with one of these versions; {@link sealHeader} with the first. */
export const sealVersions: readonly [number, ...number[]] = [form.version, formBefore.version];

const tagged = (keyId: string, mac: Buffer): Buffer => Buffer.concat([headerOf(digestVersion, keyId), mac]);

/**
 * @param body nonce, ciphertext, tag.
 * @returns undefined when it was not made with this key and this associated data
 */
function openBody(key: Buffer, body: Buffer, boundTo: string): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceLength));
  decipher.setAAD(Buffer.from(boundTo));
  decipher.setAuthTag(body.subarray(-tagLength));
  try {
    return Buffer.concat([decipher.update(body.subarray(nonceLength, -tagLength)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function isOneOf(wanted: readonly Buffer[], given: Buffer): boolean {
  let found = false;
  for (const each of wanted) {
    if (each.length === given.length && timingSafeEqual(each, given)) found = true;
  }
  return found;
}

/**
 * The keys that the database does not hold, newest first. Each use has its own purpose, and each purpose its own key (HKDF-SHA256, RFC
 * 5869), so that a value made for one use is meaningless in another.
 */
export class Keyring {
  private readonly byId: Map<string, Buffer>;
  private readonly purposeKeys = new Map<string, Buffer>();
  /** New values are encrypted and derived under this key; the older ones only read. */
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
   * Derives key material for one purpose and one context, which only a holder of the keyring can derive again.
   *
   * @param options.keyId the key it was first derived under; the newest when omitted
   * @param options.length bytes, 32 when omitted
   * @returns undefined when the keyring no longer has that key
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
   * Encrypts with AES-256-GCM under the newest key: `version, id length, id, nonce, ciphertext, tag`.
   *
   * @param as bound to the result and needed to open it: an encrypted value that is moved to another row, column or account does not open
   * there
   */
  seal(plain: string | Buffer, as: SealedAs): Buffer {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.purposeKey(form.purpose, this.newestKeyId), nonce);
    cipher.setAAD(Buffer.from(associatedData(as)));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([sealHeader(this.newestKeyId), nonce, body, cipher.getAuthTag()]);
  }

  /**
   * Decrypts what {@link seal}, or an earlier release, has encrypted. Earlier values are bound to less, see `associatedDataBefore`.
   *
   * @throws {SealFault} when the value was altered, belongs elsewhere, or its key is gone
   */
  open(sealed: Buffer, as: SealedAs): Buffer {
    const [version, idLength = 0] = sealed;
    const its = [form, formBefore].find((one) => one.version === version);
    const idEnd = 2 + idLength;
    if (!its || sealed.length < idEnd + nonceLength + tagLength)
      throw new SealFault('altered', `${nameOf(as)}: not a sealed value`);
    const keyId = sealed.subarray(2, idEnd).toString();
    if (!this.byId.has(keyId))
      throw new SealFault('key_gone', `${nameOf(as)}: sealed under a key that the keyring does not hold`);
    const boundTo = its.boundTo(as);
    const opened =
      boundTo === undefined
        ? undefined
        : openBody(this.purposeKey(its.purpose, keyId), sealed.subarray(idEnd), boundTo);
    if (!opened)
      throw new SealFault('altered', `${nameOf(as)}: a sealed value was changed, or belongs elsewhere`);
    return opened;
  }

  /**
   * The same for a caller that can do without the value.
   *
   * @returns undefined when it was altered or belongs elsewhere: somebody has written to the table
   * @throws {SealFault} when its key is gone
   */
  openUnlessAltered(sealed: Buffer, as: SealedAs): Buffer | undefined {
    try {
      return this.open(sealed, as);
    } catch (fault) {
      if (fault instanceof SealFault && fault.why === 'altered') return undefined;
      throw fault;
    }
  }

  /** A keyed digest (HMAC-SHA256, 32 bytes) under the newest key: a blind index, or the stored form of a bearer secret. */
  mac(purpose: string, text: string): Buffer {
    return this.macUnder(this.newestKeyId, purpose, text);
  }

  /** The digest under every key, newest first: a lookup needs all of them during a key rotation. */
  macs(purpose: string, text: string): Buffer[] {
    return this.keys.map(({ id }) => this.macUnder(id, purpose, text));
  }

  /** The ids of the keys, newest first. */
  get keyIds(): string[] {
    return this.keys.map(({ id }) => id);
  }

  /**
   * The {@link mac} after the id of its key (`version, id length, id, digest`). Nobody can digest such a secret again without its holder,
   * so its stored digest has to show which key it still needs.
   */
  digest(purpose: string, text: string): Buffer {
    return tagged(this.newestKeyId, this.mac(purpose, text));
  }

  /** Every form in which a digest of this text may be stored, newest first. Those without an id are older than the id. */
  digests(purpose: string, text: string): Buffer[] {
    const macs = this.macs(purpose, text);
    return [...macs.map((mac, at) => tagged(this.keyIds[at] ?? '', mac)), ...macs];
  }

  /** True when `kept` is one of {@link digests}; in constant time. */
  isDigest(kept: Buffer, purpose: string, text: string): boolean {
    return this.freshDigest(kept, purpose, text) !== undefined;
  }

  /** Returns the newest of {@link digests}, to be stored from now on, when `kept` is one of them; in constant time. */
  freshDigest(kept: Buffer, purpose: string, text: string): Buffer | undefined {
    const all = this.digests(purpose, text);
    return isOneOf(all, kept) ? all[0] : undefined;
  }

  /** True when {@link mac} made `digest` from this text under any key of the keyring; in constant time. */
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
