import { isUniqueViolation, type Transaction } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { type AccountChange, watchChange } from './account-change.js';
import { type Account, isAccountId } from './account-shape.js';
import { AccountEntity } from './entities/account.entity.js';
import { type Identifier, lookupDigest } from './identifier.js';
import { languageOf } from './language.js';
import { keyOfId, type PutContext, readUsername, takenByAnother, upsert, waitTurn } from './put.js';
import { usernameAs } from './sealed-as.js';

/** The members of an account to change (RFC 7396): an omitted one stays as it is, null removes it. */
export interface AccountPatch {
  status?: Account['status'] | undefined;
  roles?: string[] | undefined;
  username?: string | null | undefined;
  locale?: string | null | undefined;
}

/**
 * Changes some members of an account, by the statements that replace one. It waits for a request that replaces the same account, and the
 * members that it does not name are those that the other one has written. No address is read or written.
 *
 * Refusals: `not_found`, `invalid_request` (with a pointer), `conflict` (another account has the user name).
 *
 * @param accept runs inside the transaction after the account is written, for what must commit with it
 */
export async function patchAccount(
  { database, keyring, strongRoles = [] }: PutContext,
  now: number,
  id: string,
  patch: AccountPatch,
  accept: (tx: Transaction, change: AccountChange, status: Account['status']) => Promise<void>,
): Promise<undefined | Refusal> {
  if (!isAccountId(id)) return refuse('not_found');
  const read = typeof patch.username === 'string' ? readUsername(patch.username) : patch.username;
  if (typeof read === 'string')
    return refuse('invalid_request', { errors: [{ pointer: '/username', detail: read }] });
  const username: Identifier | null | undefined = read;
  const usernames = username ? keyring.macs('lookup/username', username.lookup) : [];
  const keys = usernames.map((digest) => digest.readBigInt64BE().toString());
  try {
    return await database.transaction(async (tx) => {
      await tx.query(waitTurn, { keys: [...keys, keyOfId(id)] });
      const whatChanged = await watchChange(tx, { account: id, strongRoles });
      const before = await readRow(tx, id);
      if (!before) return refuse('not_found');
      const [conflict] = await tx.query(takenByAnother, { account: id, digests: [], usernames });
      if (conflict) return refuse('conflict');
      const status = patch.status ?? before.status;
      await tx.query(upsert, {
        id,
        status,
        roles: patch.roles ?? before.roles,
        ...(patch.locale === undefined
          ? { locale: before.locale, languageTag: before.language_tag }
          : languageOf(patch.locale ?? undefined)),
        ...(username === undefined
          ? { usernameSealed: before.username_sealed, usernameLookup: before.username_lookup }
          : {
              usernameSealed: username && keyring.seal(username.value, usernameAs(id)),
              usernameLookup: username && lookupDigest(keyring, username),
            }),
        passwordHash: null,
        passwordPut: null,
        passwordCost: null,
        aal: null,
        now: new Date(now),
      });
      await accept(tx, await whatChanged(), status);
      return undefined;
    });
  } catch (fault) {
    if (isUniqueViolation(fault)) return refuse('conflict');
    throw fault;
  }
}

const readRow = (tx: Transaction, id: string): Promise<AccountEntity | null> =>
  tx.inRepository(AccountEntity, (accounts) =>
    accounts.findOne({
      select: {
        id: true,
        status: true,
        roles: true,
        locale: true,
        language_tag: true,
        username_sealed: true,
        username_lookup: true,
      },
      where: { id },
    }),
  );
