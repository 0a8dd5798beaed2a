import { hash, verify } from '@node-rs/argon2';
import { type Queryable, sql, statement } from '@rekey/database';
import type { Keyring, SealedAs } from '@rekey/kernel';
import { normalised, passwordHashOf } from './password.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Returns a PHC string. {@link sealHash} makes the stored form of it. */
export const hashPassword = (password: string): Promise<string> => hash(normalised(password), cost);

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

/** @param of undefined takes the same time and returns false */
export async function verifyPassword(
  keyring: Keyring,
  of: StoredHash | undefined,
  password: string,
): Promise<boolean> {
  nobodysHash ??= hashPassword(crypto.randomUUID());
  const phc = of ? openHash(keyring, of.account, of.stored) : null;
  const matches = await verify(phc ?? (await nobodysHash), normalised(password)).catch(() => false);
  return phc !== null && matches;
}

/** `m=…,t=…,p=…` of a PHC string. */
const costIn = (phc: string): string => phc.split('$')[3] ?? '';
const { memoryCost: m, timeCost: t, parallelism: p } = cost;
const ourCost = `m=${m},t=${t},p=${p}`;

/** The cost of an imported hash; null for one of ours. */
export const foreignCost = (phc: string): string | null => (isForeignHash(phc) ? costIn(phc) : null);

/** Steps along the index, once per distinct cost. */
const costsInUse = statement(
  'account_password_costs',
  sql`with recursive costs as (
     (select password_cost as cost from accounts where password_cost is not null order by password_cost limit 1)
     union all
     select (select password_cost from accounts where password_cost > costs.cost order by password_cost limit 1)
     from costs where costs.cost is not null
   )
   select cost from costs where cost is not null limit 20`,
);

/**
 * Not every refusal pays more than this number of costs. If a product has imported more, accounts with the cheaper ones can be told apart.
 */
const costsAtMost = 3;

/**
 * Returns the costs still to be paid after a wrong password: one hash of each cost in use. Every refusal then takes the same time, whatever
 * the row contains.
 *
 * @param paid the cost that was paid already
 */
export function costsToPay(paid: string, inUse: readonly string[]): string[] {
  const work = (text: string) =>
    numbersIn(text)
      .slice(0, 2)
      .reduce((product, each) => product * each, 1);
  // Some hashes are older than the bounds: nobody pays for one beyond them.
  const foreign = inUse.filter((one) => isWithinBounds(numbersIn(one)) && one !== ourCost);
  const dearest = foreign.sort((one, other) => work(other) - work(one)).slice(0, costsAtMost);
  return [ourCost, ...dearest].filter((one) => one !== paid);
}

/** Called when {@link verifyPassword} has returned false, with the same arguments. */
export async function payForRefusal(
  database: Queryable,
  keyring: Keyring,
  of: StoredHash | undefined,
  password: string,
): Promise<void> {
  const inUse = (await database.query<{ cost: string }>(costsInUse)).map((row) => row.cost);
  const phc = of ? openHash(keyring, of.account, of.stored) : null;
  for (const one of costsToPay(phc === null ? ourCost : costIn(phc), inUse)) {
    const [memoryCost = 0, timeCost = 0, parallelism = 0] = numbersIn(one);
    await hash(normalised(password), { memoryCost, timeCost, parallelism });
  }
}

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

const phcForm =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,172}$/;

/** Bounds for the cost of imported hashes, since each wrong password costs us as much. KiB, passes, lanes. */
const passwordHashBounds = { memory: [19 * 1024, 128 * 1024], passes: [1, 6], lanes: [1, 4] } as const;

/** True for a hash that can be verified here: argon2id as a PHC string, neither too weak nor too expensive. */
export function isPasswordHash(text: string): boolean {
  const [, ...costs] = phcForm.exec(text) ?? [];
  return isWithinBounds(costs.map(Number));
}

function isWithinBounds(costs: readonly number[]): boolean {
  const { memory, passes, lanes } = passwordHashBounds;
  return (
    costs.length === 3 &&
    [memory, passes, lanes].every(
      ([least, most], at) => Number(costs[at]) >= least && Number(costs[at]) <= most,
    )
  );
}

/** True for a hash with another cost than ours. It is replaced when its password is next right. */
export const isForeignHash = (phc: string): boolean => {
  return !phc.startsWith(`$argon2id$v=19$${ourCost}$`);
};

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
  if (stored !== phc && !isForeignHash(phc)) return stored;
  const fresh = sealHash(keyring, account, isForeignHash(phc) ? await hashPassword(password) : phc);
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
