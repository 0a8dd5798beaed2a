/** A hash in the stored form of its scheme, ready to be compared. */
export interface OpenedHash {
  /** What a comparison costs, as {@link HashScheme.pay} takes it. */
  cost: string;
  /** @param password UTF-8, as it was typed or normalised */
  matches(password: Buffer): Promise<boolean>;
}

/** The stored form of an imported hash, or why it is not taken. */
export type ReadHash = { stored: string } | { refused: string };

/** One way to hash passwords, of this service or of the systems that accounts come from. */
export interface HashScheme {
  /** Reads every spelling that is known of the scheme, within its bounds. @returns undefined for another scheme */
  read(text: string): ReadHash | undefined;
  /** Reads the stored form, also beyond the bounds: they may have changed since. @returns undefined for another scheme */
  open(stored: string): OpenedHash | undefined;
  /** @returns undefined for a cost of another scheme, or beyond the bounds */
  cost(text: string): SchemeCost | undefined;
}

/** The cost of one comparison. */
export interface SchemeCost {
  /** About how long it takes, in milliseconds of one core. Only to rank costs. */
  time: number;
  /** Costs with the same name add up: what a cheaper comparison lacks can be paid for. Each other cost is paid in full. */
  adds?: string;
  /** The costs which, after this one, make up `dearest`, of the same `adds`. */
  upTo?(dearest: string): string[];
  /** Does the work of one comparison. */
  pay(password: Buffer): Promise<unknown>;
}

/** Standard base64 without padding, as PHC strings have it. */
export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/**
 * Reads base64 with or without padding: standard, URL-safe (RFC 4648 §5), or passlib's with `.` for `+`.
 *
 * @returns undefined when it is none of them
 */
export function fromBase64(text: string): Buffer | undefined {
  if (!/^[\w+/.-]*={0,2}$/.test(text)) return undefined;
  const plain = text.replace(/=+$/, '').replaceAll('.', '+').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Buffer.from(plain, 'base64');
  // Characters that carry less than one byte.
  return plain.length % 4 === 1 ? undefined : bytes;
}

/** Lengths in bytes within which salts and results are taken. */
const lengths = { salt: [1, 1024], result: [16, 1024] } as const;

/** @returns why this salt or result is not taken */
export function unfitLength(what: keyof typeof lengths, bytes: Buffer | undefined): string | undefined {
  const [least, most] = lengths[what];
  if (bytes && bytes.length >= least && bytes.length <= most) return undefined;
  return `the ${what} must be base64 of ${least} to ${most} bytes`;
}
