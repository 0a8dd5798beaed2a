import { hash, verify } from '@node-rs/argon2';
import { type Sql, statement } from '@rekey/database';
import type { Keyring, SealedAs } from '@rekey/kernel';
import { normalised, passwordHashOf } from './password.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A PHC string. What is stored is made of it by {@link sealHash}. */
export const hashPassword = (password: string): Promise<string> => hash(normalised(password), cost);

const asOf = (account: string): SealedAs => ({ column: 'accounts.password_hash', id: account, account });

/**
 * A hash as it is stored: sealed for its account under the keyring, which the database does not hold (NIST SP 800-63B-4 §3.1.1.2: an
 * encryption with a key that only the verifier knows; OWASP calls it a pepper). It names its key, so that it is sealed anew when keys are
 * replaced, without the password. Text of a bytea, in the place of the hash in clear that the releases before have written.
 */
export const sealHash = (keyring: Keyring, account: string, phc: string): string =>
  `\\x${keyring.seal(phc, asOf(account)).toString('hex')}`;

/** @returns the PHC string; null when the keyring lacks its key, or it is another account's: then no password is right */
export function openHash(keyring: Keyring, account: string, stored: string): string | null {
  if (!stored.startsWith('\\x')) return stored;
  try {
    return keyring.open(Buffer.from(stored.slice(2), 'hex'), asOf(account)).toString();
  } catch {
    return null;
  }
}

/** A hash of somebody's row. */
export interface StoredHash {
  account: string;
  stored: string;
}

/** Of a password that nobody knows, so that an account without one takes as long to refuse as one with. */
let nobodysHash: Promise<string> | undefined;

/** @param of undefined costs the same time and is false */
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

/** What a hash from elsewhere costs; null of one of ours. */
export const foreignCost = (phc: string): string | null => (isForeignHash(phc) ? costIn(phc) : null);

/** By a walk along the index, one step a cost. */
const costsInUse = statement(
  'account_password_costs',
  `with recursive costs as (
     (select password_cost as cost from accounts where password_cost is not null order by password_cost limit 1)
     union all
     select (select password_cost from accounts where password_cost > costs.cost order by password_cost limit 1)
     from costs where costs.cost is not null
   )
   select cost from costs where cost is not null limit 20`,
);

/** Costs beyond these are not paid by everyone: where a product has brought that many, the cheaper ones of them show. */
const costsAtMost = 3;

/**
 * What is still to be paid after a wrong password, so that every refusal costs the same, whatever stands in the row: one hash of each
 * cost that is in use.
 *
 * @param paid the cost that was paid already
 */
export function costsToPay(paid: string, inUse: readonly string[]): string[] {
  const work = (text: string) =>
    numbersIn(text)
      .slice(0, 2)
      .reduce((product, each) => product * each, 1);
  // Bounds are younger than some hashes: nobody pays for one beyond them.
  const foreign = inUse.filter((one) => isWithinBounds(numbersIn(one)) && one !== ourCost);
  const dearest = foreign.sort((one, other) => work(other) - work(one)).slice(0, costsAtMost);
  return [ourCost, ...dearest].filter((one) => one !== paid);
}

/** After {@link verifyPassword} has said no, with the same arguments. */
export async function payForRefusal(
  sql: Sql,
  keyring: Keyring,
  of: StoredHash | undefined,
  password: string,
): Promise<void> {
  const inUse = (await sql.query<{ cost: string }>(costsInUse)).map((row) => row.cost);
  const phc = of ? openHash(keyring, of.account, of.stored) : null;
  for (const one of costsToPay(phc === null ? ourCost : costIn(phc), inUse)) {
    const [memoryCost = 0, timeCost = 0, parallelism = 0] = numbersIn(one);
    await hash(normalised(password), { memoryCost, timeCost, parallelism });
  }
}

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

const phcForm =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,172}$/;

/** What a hash from elsewhere may cost, since each wrong password costs us as much. KiB, passes, lanes. */
const passwordHashBounds = { memory: [19 * 1024, 128 * 1024], passes: [1, 6], lanes: [1, 4] } as const;

/** True for a hash that is verified here: argon2id as a PHC string, neither too weak nor too dear. */
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

/** True for a hash of another cost than those that are made here: it is made anew when its password is next right. */
export const isForeignHash = (phc: string): boolean => {
  return !phc.startsWith(`$argon2id$v=19$${ourCost}$`);
};

/** True when this very hash, however it is stored, is the one. */
export const isSameHash = (keyring: Keyring, { account, stored }: StoredHash, phc: string): boolean =>
  openHash(keyring, account, stored) === phc;

const rehash = statement(
  'account_rehash_password',
  'update accounts set password_hash = :fresh, password_cost = null where id = :account and password_hash = :stored returning id',
);

/**
 * Stores a hash, whose password has just been right, as new ones are stored: one from elsewhere may cost several times what ours do,
 * and its time tells that there is such an account; one in clear has no pepper.
 *
 * @returns what stands there now for this password; null when that is not the password any more
 */
export async function renewHash(
  sql: Sql,
  keyring: Keyring,
  { account, stored }: StoredHash,
  password: string,
): Promise<string | null> {
  const phc = openHash(keyring, account, stored) ?? '';
  if (stored !== phc && !isForeignHash(phc)) return stored;
  const fresh = sealHash(keyring, account, isForeignHash(phc) ? await hashPassword(password) : phc);
  const written = await sql.query(rehash, { account, stored, fresh });
  return written.length > 0 ? fresh : hashNow(sql, keyring, account, password);
}

/**
 * What stands there now for this password: another sign-in may have made it anew, or the rotation of keys has sealed it anew.
 *
 * @returns null when that is not the password any more
 */
export async function hashNow(
  sql: Sql,
  keyring: Keyring,
  account: string,
  password: string,
): Promise<string | null> {
  const stored = (await passwordHashOf(sql, account))?.hash;
  return stored && (await verifyPassword(keyring, { account, stored }, password)) ? stored : null;
}
