import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { type Keyring, type Refusal, refuse } from '@rekey/kernel';
import { dictionary } from '@zxcvbn-ts/language-common';
import { addressAs, usernameAs } from './sealed-as.js';

/** Lengths in code points (NIST SP 800-63B-4 §3.1.1.2: 15 if the password is the only factor). */
export const passwordLength = { least: 15, most: 256 } as const;

/** Normalises Unicode before a password is hashed or compared (NIST SP 800-63B-4 §3.1.1.2 names NFKC). */
export const normalised = (password: string): string => password.normalize('NFKC');

const common = new Set(dictionary['passwords-common']);

/**
 * Checks a new password by NIST SP 800-63B-4 §3.1.1.2: length, and a blocklist of common passwords (49,000, from zxcvbn-ts), repetitions,
 * keyboard runs and context words. There are no composition rules.
 *
 * @param options.contextWords the product's name, the user name, local parts of addresses
 * @returns `password_refused` with `too_short`, `too_long`, `blocklisted` or `too_similar`
 */
export function checkPassword(password: string, options: { contextWords: string[] }): Refusal | undefined {
  const text = normalised(password);
  const length = [...text].length;
  if (length < passwordLength.least) return refuse('password_refused', { reason: 'too_short' });
  if (length > passwordLength.most) return refuse('password_refused', { reason: 'too_long' });
  const plain = text.toLowerCase();
  if (common.has(plain) || isMadeOfOne(plain) || isRun(plain))
    return refuse('password_refused', { reason: 'blocklisted' });
  const words = options.contextWords
    .map((word) => normalised(word).toLowerCase())
    .filter((word) => word.length >= 3);
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), plain);
  if (rest !== plain && [...rest].length < 8) return refuse('password_refused', { reason: 'too_similar' });
  return undefined;
}

/** One unit over and over: `aaaa…`, `abcabcabc…`, or a common password repeated, with digits or signs around it. */
function isMadeOfOne(text: string): boolean {
  const repeated = /^(.{1,12}?)\1+(.{0,3})$/su.exec(text);
  if (repeated?.[1] && [...repeated[1]].length <= 4) return true;
  const core = text.replace(/^[\d\W_]+|[\d\W_]+$/gu, '');
  return (repeated?.[1] !== undefined && common.has(repeated[1])) || (core !== text && common.has(core));
}

const runs = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
];

/** A run along the alphabet, the digits or the keyboard, forwards or backwards, or several of them in a row. */
function isRun(text: string): boolean {
  let rest = text;
  while (rest !== '') {
    let step = 0;
    for (let length = rest.length; length >= 5 && step === 0; length--) {
      const piece = rest.slice(0, length);
      const reversed = [...piece].reverse().join('');
      if (runs.some((run) => run.includes(piece) || run.includes(reversed))) step = length;
    }
    if (step === 0) return false;
    rest = rest.slice(step);
  }
  return true;
}

/**
 * Sets a new password, or ends the current one, as part of a statement. The digest of the hash that the product sent last stays: sending
 * the same hash again does not bring the old password back.
 *
 * @param of expressions: the account, the hash or null, the recovery that sets or ends it, whether a null hash ends the current one (never,
 * when omitted); needs `:now`
 */
export const setPassword = (of: {
  account: SqlText;
  hash: SqlText;
  recovery: SqlText;
  ends?: SqlText;
}): SqlText => sql`
  update accounts set password_hash = ${of.hash}::text, password_changed_at = :now, updated_at = :now,
    password_recovery_id = ${of.recovery}::uuid, password_cost = null
  where id = ${of.account} and (${of.hash}::text is not null or ${of.ends ?? sql`false`} and password_hash is not null)`;

/** Whether an account has a password, as a condition. */
export const hasPassword = (account: SqlText): SqlText =>
  sql`exists (select from accounts a where a.id = ${account} and a.password_hash is not null)`;

const clearOf = statement(
  'account_clear_password_of',
  sql`update accounts set password_hash = null, password_changed_at = :at, updated_at = :at, password_cost = null
    where id = :account and password_recovery_id = any(:recoveries::uuid[]) and password_hash is not null returning id`,
);

/** Ends a password that these recoveries have set. The row still names the recovery. @returns false when they have set none */
export const clearPasswordOf = async (
  database: Queryable,
  of: { account: string; recoveries: string[]; at: Date },
): Promise<boolean> => (await database.query(clearOf, of)).length > 0;

const hashOf = statement(
  'account_password',
  sql`select password_hash as hash, generation from accounts where id = :account and status = 'active'`,
);

/** @returns undefined without such an account; a null hash if it has no password */
export async function passwordHashOf(
  database: Queryable,
  account: string,
): Promise<{ hash: string | null; generation: string } | undefined> {
  const [row] = await database.query<{ hash: string | null; generation: string }>(hashOf, { account });
  return row;
}

const change = statement(
  'account_change_password',
  setPassword({
    account: sql`:account`,
    hash: sql`:hash`,
    recovery: sql`coalesce(:recoveryId::uuid, accounts.password_recovery_id)`,
  }),
);

/**
 * Sets the password that a signed-in person has chosen. It stays the work of the recovery that the session came from, or that set the
 * previous password: the stop link of that recovery takes it back.
 */
export const changePassword = (
  database: Queryable,
  of: { account: string; hash: string; recoveryId: string | null; now: Date },
): Promise<object[]> => database.query(change, of);

const words = statement(
  'account_context',
  sql`select a.id, a.username_sealed as sealed, 'username' as kind from accounts a
   where a.id = :account and a.username_sealed is not null
   union all
   select d.id::text, d.sealed, d.kind from addresses d where d.account_id = :account and d.kind = 'email' and d.removed_at is null`,
);

/** Words that a password of this account may not be made of. */
export async function passwordContext(
  database: Queryable,
  keyring: Keyring,
  account: string,
): Promise<string[]> {
  const rows = await database.query<{ id: string; sealed: Buffer; kind: string }>(words, { account });
  return rows.flatMap(({ id, sealed, kind }) => {
    const as = kind === 'username' ? usernameAs(account) : addressAs({ id, account });
    // A value that an attacker wrote there is not the owner's word. The owner must still be able to set a password.
    const text = keyring.openUnlessAltered(sealed, as)?.toString() ?? '';
    return kind === 'email'
      ? [text.split('@')[0] ?? '', text.split('@')[1]?.split('.').at(-2) ?? '']
      : [text];
  });
}
