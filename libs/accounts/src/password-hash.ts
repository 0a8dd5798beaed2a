import { type Queryable, sql, statement } from '@rekey/database';
import type { Keyring, SealedAs } from '@rekey/kernel';
import { hashByArgon2, ownCost } from './hashes/argon2.js';
import { costIn, costsToPay, openPasswordHash } from './hashes/hashes.js';
import { normalised, passwordHashOf } from './password.js';

/** Returns a PHC string of argon2id. {@link sealHash} makes the stored form of it. */
export const hashPassword = (password: string): Promise<string> => hashByArgon2(normalised(password));

const asOf = (account: string): SealedAs => ({ column: 'accounts.password_hash', id: account, account });

/**
 * The stored form of a hash: encrypted for its account under the keyring, which the database does not have (NIST SP 800-63B-4 §3.1.1.2: an
 * encryption with a key that only the verifier knows; OWASP calls it a pepper). It carries the id of its key, so that a key rotation can
 * encrypt it again without the password. The column is text that holds a bytea, because earlier releases stored the hash there in plain
 * text.
 */
export const sealHash = (keyring: Keyring, account: string, phc: string): string =>
  `\\x${keyring.seal(phc, asOf(account)).toString('hex')}`;

/** @returns the PHC string; null when the keyring lacks its key, or it belongs to another account: then no password is right */
export function openHash(keyring: Keyring, account: string, stored: string): string | null {
  if (!stored.startsWith('\\x')) return stored;
  try {
    return keyring.open(Buffer.from(stored.slice(2), 'hex'), asOf(account)).toString();
  } catch {
    return null;
  }
}

/** A stored hash with its account. */
export interface StoredHash {
  account: string;
  stored: string;
}

/** The hash of a password that nobody knows: refusing an account without a password takes as long as refusing one with a password. */
let nobodysHash: Promise<string> | undefined;

/**
 * What a hash may be of: the normalised password, as ours are, and what was typed, as other systems hash it. Most passwords are the same in
 * both forms. Then there is one, for every account.
 */
const formsOf = (password: string): Buffer[] =>
  [...new Set([normalised(password), password])].map((form) => Buffer.from(form));

/** @param of undefined takes the same time and returns false */
export async function verifyPassword(
  keyring: Keyring,
  of: StoredHash | undefined,
  password: string,
): Promise<boolean> {
  nobodysHash ??= hashPassword(crypto.randomUUID());
  const known = opened(keyring, of);
  const hash = known ?? openPasswordHash(await nobodysHash);
  for (const form of formsOf(password)) {
    const matches = await hash?.matches(form).catch(() => false);
    if (known && matches) return true;
  }
  return false;
}

const opened = (keyring: Keyring, of: StoredHash | undefined) =>
  of && openPasswordHash(openHash(keyring, of.account, of.stored) ?? '');

/** The cost of an imported hash; null for one of ours. */
export const foreignCost = (phc: string): string | null => {
  const cost = openPasswordHash(phc)?.cost ?? null;
  return cost === ownCost ? null : cost;
};

/** Steps along the index, once per distinct cost. */
const costsInUse = statement(
  'account_password_costs',
  sql`with recursive costs as (
     (select password_cost as cost from accounts where password_cost is not null order by password_cost limit 1)
     union all
     select (select password_cost from accounts where password_cost > costs.cost order by password_cost limit 1)
     from costs where costs.cost is not null
   )
   select cost from costs where cost is not null limit 100`,
);

/** Called when {@link verifyPassword} has returned false, with the same arguments. */
export async function payForRefusal(
  database: Queryable,
  keyring: Keyring,
  of: StoredHash | undefined,
  password: string,
): Promise<void> {
  const inUse = (await database.query<{ cost: string }>(costsInUse)).map((row) => row.cost);
  const paid = opened(keyring, of)?.cost ?? ownCost;
  for (const one of costsToPay(paid, inUse)) {
    for (const form of formsOf(password)) await costIn(one)?.pay(form);
  }
}

/** True for a hash of another system, or with another cost than ours. It is replaced when its password is next right. */
export const isForeignHash = (phc: string): boolean => !phc.startsWith(`$argon2id$v=19$${ownCost}$`);

/** True when the stored hash is this one, encrypted or not. */
export const isSameHash = (keyring: Keyring, { account, stored }: StoredHash, phc: string): boolean =>
  openHash(keyring, account, stored) === phc;

const storeHash = statement(
  'account_rehash_password',
  sql`update accounts set password_hash = :fresh, password_cost = null where id = :account and password_hash = :stored returning id`,
);

/**
 * Stores a hash again in the current form, after its password was right. An imported one may cost several times what ours do, and its time
 * reveals that the account exists. One in plain text has no pepper.
 *
 * @returns the stored form now for this password; null when the password has changed
 */
export async function rehash(
  database: Queryable,
  keyring: Keyring,
  { account, stored }: StoredHash,
  password: string,
): Promise<string | null> {
  const phc = openHash(keyring, account, stored) ?? '';
  const isCurrent = !isForeignHash(phc) && (await isOfNormalised(phc, password));
  if (stored !== phc && isCurrent) return stored;
  const fresh = sealHash(keyring, account, isCurrent ? phc : await hashPassword(password));
  const written = await database.query(storeHash, { account, stored, fresh });
  return written.length > 0 ? fresh : hashNow(database, keyring, account, password);
}

/**
 * Returns the stored form now for this password: another sign-in may have replaced it, or a key rotation may have encrypted it again.
 *
 * @returns null when the password has changed
 */
export async function hashNow(
  database: Queryable,
  keyring: Keyring,
  account: string,
  password: string,
): Promise<string | null> {
  const stored = (await passwordHashOf(database, account))?.hash;
  return stored && (await verifyPassword(keyring, { account, stored }, password)) ? stored : null;
}

/** An imported hash may cost what ours do, and still be of the password as it was typed. */
const isOfNormalised = async (phc: string, password: string): Promise<boolean> =>
  normalised(password) === password ||
  ((await openPasswordHash(phc)?.matches(Buffer.from(normalised(password)))) ?? false);
