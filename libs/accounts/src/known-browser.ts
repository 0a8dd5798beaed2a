import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { type Keyring, readBase64url } from '@rekey/kernel';

/**
 * A browser or an app that has signed in to an account, or completed a recovery of it. It proves nothing about a person. It only tells the
 * owner's attempts from those of strangers, which must not lock the owner out.
 */
export interface KnownBrowser {
  /** Stays the same as long as the browser is known. */
  id: string;
  /** Of the account: new at each creation. */
  generation: string;
  /** Of all known browsers of the account: ending all of its sessions raises it. */
  epoch: number;
}

/** Without a sign-in in between, in milliseconds. */
export const knownBrowserLifetime = 90 * 86_400_000;

const as = { use: 'known-browser' } as const;
const uuidBytes = 16;
const epochBytes = 4;
const timeBytes = 6;
const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The token that a browser stores in its cookie and an app next to its refresh token: encrypted, base64url, about 120 characters. */
export function knownBrowserToken(
  keyring: Keyring,
  { id, generation, epoch }: KnownBrowser,
  now: number,
): string {
  const numbers = Buffer.alloc(epochBytes + timeBytes);
  numbers.writeUInt32BE(epoch);
  numbers.writeUIntBE(Math.floor((now + knownBrowserLifetime) / 1000), epochBytes, timeBytes);
  const plain = Buffer.concat([bytesOf(id), bytesOf(generation), numbers]);
  return keyring.seal(plain, as).toString('base64url');
}

/**
 * @returns undefined for a token that is not ours or has expired. {@link isKnownBrowser} checks which account it belongs to, and whether it
 * still does
 */
export function readKnownBrowser(keyring: Keyring, token: string, now: number): KnownBrowser | undefined {
  let plain: Buffer;
  try {
    plain = keyring.open(readBase64url(token) ?? Buffer.alloc(0), as);
  } catch {
    return undefined;
  }
  const numbers = plain.subarray(2 * uuidBytes);
  if (numbers.length !== epochBytes + timeBytes) return undefined;
  if (numbers.readUIntBE(epochBytes, timeBytes) * 1000 <= now) return undefined;
  return {
    id: uuidOf(plain.subarray(0, uuidBytes)),
    generation: uuidOf(plain.subarray(uuidBytes, 2 * uuidBytes)),
    epoch: numbers.readUInt32BE(),
  };
}

/** Returns those of several tokens that are ours and have not expired. */
export const readKnownBrowsers = (keyring: Keyring, tokens: readonly string[], now: number): KnownBrowser[] =>
  tokens.flatMap((token) => readKnownBrowser(keyring, token, now) ?? []);

/** Whether it belongs to this account, and has not been ended since. */
export const isKnownBrowser = (
  browser: KnownBrowser,
  account: { generation: string; known_browsers_epoch: number },
): boolean => browser.generation === account.generation && browser.epoch === account.known_browsers_epoch;

/**
 * The id of a known browser of an account, as an SQL expression; null when none of the shown ones is known now.
 *
 * @param account an expression of its id
 * @param shown an expression of `jsonb`: an array of {@link KnownBrowser}, or null
 */
export const knownBrowserOf = (account: SqlText, shown: SqlText): SqlText => sql`(
  select shown.id from accounts a, jsonb_to_recordset(${shown}) as shown (id uuid, generation uuid, epoch integer)
  where a.id = ${account} and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1)`;

/** The epoch of the known browsers of an account, as an SQL expression. */
export const knownBrowsersEpochOf = (account: SqlText): SqlText =>
  sql`(select a.known_browsers_epoch from accounts a where a.id = ${account})`;

const end = statement(
  'account_end_known_browsers',
  sql`update accounts set known_browsers_epoch = known_browsers_epoch + 1 where id = :account
   returning generation, known_browsers_epoch as epoch`,
);

/**
 * Turns all known browsers and apps of the account into strangers. A new one that commits with this is the only one.
 *
 * @returns the values for a new one; undefined without such an account
 */
export async function endKnownBrowsers(
  database: Queryable,
  account: string,
): Promise<Pick<KnownBrowser, 'generation' | 'epoch'> | undefined> {
  const [row] = await database.query<Pick<KnownBrowser, 'generation' | 'epoch'>>(end, { account });
  return row;
}
