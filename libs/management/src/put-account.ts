import {
  type Account,
  type AccountChange,
  type AccountPatch,
  type AccountToPut,
  patchAccount as changeAccount,
  readAccount,
  putAccount as writeAccount,
} from '@rekey/accounts';
import { type AuditEvent, isToBeErased, recordAudit } from '@rekey/audit';
import type { Transaction } from '@rekey/database';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { followChange } from '@rekey/recovery';
import { type ManagementContext } from './management-context.js';

const beingErased =
  'A deleted account of this id is being taken out of the audit, which takes a minute. Try again after that, or use another id.';

/** Writes an account with its audit event and with all that follows from the change, in one transaction. */
export async function putAccount(
  context: ManagementContext,
  actor: string,
  account: AccountToPut,
  accept: (tx: Transaction) => Promise<void> = async () => undefined,
): Promise<{ created: boolean } | Refusal> {
  const now = context.clock.now();
  return writeAccount(context, now, account, async (tx, change) => {
    // Events of one person must not become those of another, and none of a living account is erased.
    if (change.created && (await isToBeErased(tx, account.id)))
      return refuse('conflict', { detail: beingErased });
    await follow(tx, { now, actor, id: account.id, change, detail: { status: account.status } });
    await accept(tx);
    return undefined;
  });
}

/** What every change of an account by management leads to, in the transaction of the change. */
async function follow(
  tx: Transaction,
  of: {
    now: number;
    actor: string;
    id: string;
    change: AccountChange;
    detail: NonNullable<AuditEvent['detail']>;
  },
): Promise<void> {
  const { now, actor, id, change, detail } = of;
  const at = new Date(now);
  await followChange(tx, { account: id, change, actor, at });
  const event = change.created ? 'user_created' : 'user_updated';
  await recordAudit(tx, { id: uuidv7(now), at, event, actor, accountId: id, detail });
}

/**
 * Changes some members of an account, with the same consequences as {@link putAccount}.
 *
 * @param why is kept in the audit, so it must name no address of a person
 * @returns the account as it is then
 */
export async function patchAccount(
  context: ManagementContext,
  actor: string,
  id: string,
  patch: AccountPatch,
  why: { reason?: string } = {},
): Promise<Account | Refusal> {
  const now = context.clock.now();
  const members = Object.keys(patch).sort();
  let account: Account | undefined;
  const refused = await changeAccount(context, now, id, patch, async (tx, change, status) => {
    const already = why.reason !== undefined && change.status === undefined ? { already: true } : {};
    await follow(tx, { now, actor, id, change, detail: { status, members, ...why, ...already } });
    account = await readAccount(tx, context.keyring, id);
  });
  if (isRefused(refused)) return refused;
  return account ?? refuse('not_found');
}

/**
 * {@link putAccount}, and the account as it was written. It is read in the transaction that wrote it: after that, another request may have
 * replaced or deleted it.
 */
export async function replaceAccount(
  context: ManagementContext,
  actor: string,
  toPut: AccountToPut,
): Promise<{ created: boolean; account: Account } | Refusal> {
  let account: Account | undefined;
  const outcome = await putAccount(context, actor, toPut, async (tx) => {
    account = await readAccount(tx, context.keyring, toPut.id);
  });
  if (isRefused(outcome)) return outcome;
  if (!account) throw new Error(`account ${toPut.id} is not in the transaction that wrote it`);
  return { ...outcome, account };
}
