import { createHash } from 'node:crypto';
import {
  type Database,
  isUniqueViolation,
  type Queryable,
  sql,
  statement,
  type Transaction,
} from '@rekey/database';
import { isRefused, type Keyring, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { type AccountChange, watchChange } from './account-change.js';
import { type AccountToPut, isAccountId } from './account-shape.js';
import {
  exactDigest,
  exactDigests,
  type Identifier,
  lookupDigest,
  normaliseIdentifier,
} from './identifier.js';
import { languageOf } from './language.js';
import { checkPassword, passwordHashOf } from './password.js';
import {
  foreignCost,
  hashPassword,
  isSameHash,
  type StoredHash,
  sealHash,
  verifyPassword,
} from './password-hash.js';
import { isLastPut, sealPut } from './put-password.js';
import { addressAs, usernameAs } from './sealed-as.js';
import { unfitUsername } from './username.js';

export const upsert = statement(
  'account_put',
  sql`insert into accounts (id, status, roles, locale, language_tag, username_sealed, username_lookup, password_hash, password_put, password_cost, password_changed_at, aal,
     created_at, updated_at)
   values (:id, :status, :roles, :locale, :languageTag, :usernameSealed, :usernameLookup, :passwordHash, :passwordPut, :passwordCost,
     case when :passwordHash::text is null then null else :now::timestamptz end, coalesce(:aal::smallint, 1), :now, :now)
   on conflict (id) do update set
     status = excluded.status,
     evidence_from = case when excluded.status = 'disabled' and accounts.status <> 'disabled' then :now else accounts.evidence_from end,
     roles = excluded.roles, locale = excluded.locale, language_tag = excluded.language_tag, username_sealed = excluded.username_sealed,
     username_lookup = excluded.username_lookup, aal = coalesce(:aal::smallint, accounts.aal), updated_at = excluded.updated_at,
     password_hash = coalesce(excluded.password_hash, accounts.password_hash),
     -- Also when the password stays: remember which hash was sent last.
     password_put = coalesce(excluded.password_put, accounts.password_put),
     password_cost = case when excluded.password_hash is null then accounts.password_cost else excluded.password_cost end,
     -- The same hash again is not a new password: products send their accounts again and again.
     password_changed_at = case when coalesce(excluded.password_hash, accounts.password_hash) is distinct from accounts.password_hash
       then excluded.password_changed_at else accounts.password_changed_at end,
     password_recovery_id = case when coalesce(excluded.password_hash, accounts.password_hash) is not distinct from accounts.password_hash
       then accounts.password_recovery_id end
   returning id`,
);

const removeOthers = statement(
  'account_remove_addresses',
  sql`update addresses set removed_at = :now, is_primary = false
   where account_id = :account and removed_at is null and not exact = any(:kept::bytea[])`,
);

const keepAddress = statement(
  'account_keep_address',
  sql`update addresses set verified = :verified, is_primary = :primary,
     -- Confirmed again: this is a new binding, and the failures belong to the previous one.
     binding = binding + (:verified and not verified)::integer,
     disabled_at = case when :verified and not verified then null else disabled_at end,
     bound_at = case when :verified and not verified then :now::timestamptz else bound_at end
   where account_id = :account and removed_at is null and exact = any(:exactOfAnyKey::bytea[]) returning id`,
);

const addAddress = statement(
  'account_add_address',
  // An address that was removed and comes back stays compromised: only staff restore it.
  sql`insert into addresses (id, account_id, kind, sealed, lookup, exact, verified, is_primary, created_at, compromised_at)
   values (:id, :account, :kind, :sealed, :lookup, :exact, :verified, :primary, :now,
     (select max(former.compromised_at) from addresses former where former.account_id = :account and former.exact = any(:exactOfAnyKey::bytea[])))`,
);

export const takenByAnother = statement(
  'account_identifier_taken',
  sql`select 1 from addresses where exact = any(:digests::bytea[]) and verified and removed_at is null and account_id <> :account
   union all select 1 from accounts where username_lookup = any(:usernames::bytea[]) and id <> :account`,
);

/**
 * Serialises writers that want the same address or name. The unique indexes only see the digests of one key: during a key rotation two rows
 * can have the same address under two keys.
 */
export const waitTurn = statement(
  'account_identifiers_lock',
  sql`select pg_advisory_xact_lock(key) from (
     select distinct key from unnest(:keys::bigint[]) key order by key
   ) one_way_round`,
);

/** Writers that create the same account wait for each other too. */
export const keyOfId = (id: string): string =>
  createHash('sha256').update(`account ${id}`).digest().readBigInt64BE().toString();

/** Waits for another writer that creates an account of this id, and keeps others from it until the transaction ends. */
export const lockAccountId = (tx: Transaction, id: string): Promise<object[]> =>
  tx.query(waitTurn, { keys: [keyOfId(id)] });

export interface PutContext {
  database: Database;
  keyring: Keyring;
  /** Roles for which the policy asks for level 2. */
  strongRoles?: string[];
}

const lastPut = statement('account_last_put', sql`select password_put as put from accounts where id = :id`);

interface ReadAddress {
  identifier: Identifier;
  verified: boolean;
  primary: boolean;
}

/**
 * Creates or replaces an account. Addresses that stay keep their ids. Removed ones are retained for a while, unused, so that their owner
 * can still be notified.
 *
 * Refusals: `invalid_request` (with pointers), `password_refused`, `conflict` (another account has the user name or a verified address).
 *
 * @param accept runs inside the transaction after the account is written, for what must commit with it. A refusal of it undoes all
 */
export async function putAccount(
  { database, keyring, strongRoles = [] }: PutContext,
  now: number,
  account: AccountToPut,
  accept: (tx: Transaction, change: AccountChange) => Promise<undefined | Refusal> = async () => undefined,
): Promise<{ created: boolean } | Refusal> {
  const read = readAccount(account);
  if (isRefused(read)) return read;
  const { username, addresses } = read;
  const passwordHash = await readyHash({ database, keyring }, account, read);
  if (isRefused(passwordHash)) return passwordHash;
  const at = new Date(now);
  const { id, passwordHash: phc } = account;
  try {
    return await database.transaction(async (tx) => {
      const digests = addresses
        .filter(({ verified }) => verified)
        .flatMap(({ identifier }) => exactDigests(keyring, identifier));
      const usernames = username ? keyring.macs('lookup/username', username.lookup) : [];
      const keys = [...digests, ...usernames].map((digest) => digest.readBigInt64BE().toString());
      await tx.query(waitTurn, { keys: [...keys, keyOfId(id)] });
      const whatChanged = await watchChange(tx, { account: id, strongRoles });
      const [conflict] = await tx.query(takenByAnother, { account: id, digests, usernames });
      if (conflict) return refuse('conflict');
      await tx.query(upsert, {
        id,
        status: account.status,
        roles: account.roles,
        ...languageOf(account.locale),
        usernameSealed: username ? keyring.seal(username.value, usernameAs(id)) : null,
        usernameLookup: username ? lookupDigest(keyring, username) : null,
        passwordHash,
        passwordPut: phc === undefined ? null : sealPut(keyring, id, phc),
        passwordCost: phc === undefined ? null : foreignCost(phc),
        aal: account.aal ?? null,
        now: at,
      });
      const kept = addresses.flatMap(({ identifier }) => exactDigests(keyring, identifier));
      await tx.query(removeOthers, { account: id, now: at, kept });
      for (const address of addresses) await putAddress(tx, keyring, { account: id, now }, address);
      const change = await whatChanged();
      return (await accept(tx, change)) ?? { created: change.created };
    });
  } catch (fault) {
    if (isUniqueViolation(fault)) return refuse('conflict');
    throw fault;
  }
}

function readAccount(
  account: AccountToPut,
): { username?: Identifier | undefined; addresses: ReadAddress[] } | Refusal {
  const errors: { pointer: string; detail: string }[] = [];
  if (!isAccountId(account.id))
    errors.push({ pointer: '/id', detail: 'must be 1 to 128 letters, digits, "_", ".", ":" or "-"' });
  const username = account.username === undefined ? undefined : readUsername(account.username);
  if (typeof username === 'string') errors.push({ pointer: '/username', detail: username });
  const addresses = account.addresses.flatMap((address, at): ReadAddress[] => {
    const identifier = normaliseIdentifier(address.value);
    if (isRefused(identifier) || identifier.kind !== address.kind) {
      const detail = address.kind === 'email' ? 'not an email address' : 'not a phone number in E.164 format';
      errors.push({ pointer: `/addresses/${at}/value`, detail });
      return [];
    }
    return [{ identifier, verified: address.verified, primary: address.primary ?? at === 0 }];
  });
  const values = addresses.map(({ identifier }) => identifier.value);
  if (new Set(values).size !== values.length)
    errors.push({ pointer: '/addresses', detail: 'duplicate address' });
  if (errors.length > 0) return refuse('invalid_request', { errors });
  return { username: username as Identifier | undefined, addresses };
}

/** @returns what is wrong with it, as a sentence, when it cannot be a user name */
export function readUsername(typed: string): Identifier | string {
  const username = normaliseIdentifier(typed);
  if (isRefused(username))
    return username.code === 'country_required' ? 'must not be digits only' : 'not a username';
  if (username.kind !== 'username') return 'not a username';
  return unfitUsername(username.lookup) ?? username;
}

/**
 * Runs before the transaction: hashing takes longer than a row should be locked. The current password, sent again, is not a new one. Nor is
 * the hash that was sent last, whatever its owner or a recovery has done to the password since: products send their accounts again and
 * again, and would bring back a password that somebody has recovered from.
 */
async function readyHash(
  { database: sql, keyring }: PutContext,
  account: AccountToPut,
  read: { username?: Identifier | undefined; addresses: ReadAddress[] },
): Promise<string | null | Refusal> {
  if (account.passwordHash !== undefined) {
    const [last] = await sql.query<{ put: Buffer | null }>(lastPut, { id: account.id });
    if (last && isLastPut(keyring, account.id, last.put, account.passwordHash)) return null;
    const stored = await storedHashOf(sql, account.id);
    if (stored && isSameHash(keyring, stored, account.passwordHash)) return null;
    return sealHash(keyring, account.id, account.passwordHash);
  }
  if (account.password === undefined) return null;
  const contextWords = [
    ...(read.username ? [read.username.value] : []),
    ...read.addresses.map(({ identifier }) => identifier.value.split('@')[0] ?? ''),
  ];
  const refused = checkPassword(account.password, { contextWords });
  if (refused) return refused;
  const stored = await storedHashOf(sql, account.id);
  if (stored && (await verifyPassword(keyring, stored, account.password))) return null;
  return sealHash(keyring, account.id, await hashPassword(account.password));
}

async function storedHashOf(database: Queryable, account: string): Promise<StoredHash | undefined> {
  const hash = (await passwordHashOf(database, account))?.hash;
  return hash ? { account, stored: hash } : undefined;
}

async function putAddress(
  database: Queryable,
  keyring: Keyring,
  { account, now }: { account: string; now: number },
  { identifier, verified, primary }: ReadAddress,
): Promise<void> {
  const exactOfAnyKey = exactDigests(keyring, identifier);
  const kept = await database.query(keepAddress, {
    account,
    verified,
    primary,
    exactOfAnyKey,
    now: new Date(now),
  });
  if (kept.length > 0) return;
  const id = uuidv7(now);
  await database.query(addAddress, {
    id,
    account,
    kind: identifier.kind,
    sealed: keyring.seal(identifier.value, addressAs({ id, account })),
    lookup: lookupDigest(keyring, identifier),
    exact: exactDigest(keyring, identifier),
    exactOfAnyKey,
    verified,
    primary,
    now: new Date(now),
  });
}
