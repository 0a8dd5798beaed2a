import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Flags of authenticator data (WebAuthn §6.1). */
export const flags = {
  present: 0x01,
  verified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attested: 0x40,
} as const;

/** What a test may do otherwise than an authenticator and its browser would. */
export interface Otherwise {
  origin?: string;
  rpId?: string;
  flags?: number;
  counter?: number;
  challenge?: string;
  type?: string;
  crossOrigin?: boolean;
  userHandle?: string;
  /** Names another credential than the one that signs. */
  id?: string;
}

interface Options {
  challenge: string;
}
export interface CreationOptions extends Options {
  rp: { id?: string };
  user: { id: string };
}
export interface RequestOptions extends Options {
  rpId?: string;
}

const sha256 = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest();

/** CBOR (RFC 8949 §3) of what is needed here: bytes and text of up to 65,535 bytes. */
const head = (major: number, length: number): Buffer => {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 0xff]);
};
const bytes = (value: Buffer): Buffer => Buffer.concat([head(2, value.length), value]);
const text = (value: string): Buffer => Buffer.concat([head(3, value.length), Buffer.from(value)]);

/** COSE_Key of ES256 on P-256 (RFC 9053 §7.1.1). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' }) as { x?: string; y?: string };
  const [xs, ys] = [x, y].map((part) => bytes(Buffer.from(part, 'base64url')));
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    xs as Buffer,
    Buffer.from([0x22]),
    ys as Buffer,
  ]);
}

/** One passkey in software, with the browser in front of it: ES256, attestation "none", a counter that grows. */
export class SoftPasskey {
  readonly id = randomBytes(16).toString('base64url');
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private userHandle = '';
  counter = 0;

  /** @param origin of the page that asks for it */
  constructor(private readonly origin: string) {}

  /** `navigator.credentials.create`, as its response goes to the server. */
  create(options: CreationOptions, otherwise: Otherwise = {}) {
    this.userHandle = options.user.id;
    const authenticatorData = Buffer.concat([
      this.head(options.rp.id, otherwise, flags.present | flags.verified | flags.attested),
      Buffer.alloc(16),
      Buffer.from([0, 16]),
      Buffer.from(this.id, 'base64url'),
      coseKey(this.keys.publicKey),
    ]);
    const attestationObject = Buffer.concat([
      head(5, 3),
      ...[text('fmt'), text('none'), text('attStmt'), head(5, 0), text('authData'), bytes(authenticatorData)],
    ]);
    return this.credential({
      clientDataJSON: this.clientData('webauthn.create', options, otherwise).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get`, as its response goes to the server. */
  get(options: RequestOptions, otherwise: Otherwise = {}) {
    const authenticatorData = this.head(options.rpId, otherwise, flags.present | flags.verified);
    const clientData = this.clientData('webauthn.get', options, otherwise);
    const signature = sign(
      'sha256',
      Buffer.concat([authenticatorData, sha256(clientData)]),
      this.keys.privateKey,
    );
    return this.credential(
      {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: otherwise.userHandle ?? this.userHandle,
      },
      otherwise.id,
    );
  }

  private head(rpId: string | undefined, otherwise: Otherwise, usual: number): Buffer {
    this.counter = otherwise.counter ?? this.counter + 1;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const rp = otherwise.rpId ?? rpId ?? new URL(this.origin).hostname;
    return Buffer.concat([sha256(rp), Buffer.from([otherwise.flags ?? usual]), counter]);
  }

  private clientData(type: string, { challenge }: Options, otherwise: Otherwise): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: otherwise.type ?? type,
        challenge: otherwise.challenge ?? challenge,
        origin: otherwise.origin ?? this.origin,
        crossOrigin: otherwise.crossOrigin ?? false,
      }),
    );
  }

  private credential(response: object, id = this.id) {
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }
}
