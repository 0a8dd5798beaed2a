import {
  addUnboundTotp,
  authenticatorById,
  type Binding,
  bindTotp,
  findUnboundTotp,
  lockAccount,
  readAccount,
  removeAuthenticator,
  replaceCodes,
  restoreAuthenticator,
} from '@rekey/accounts';
import { isRefused, isUuid, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, consume, counterKey, limited } from '@rekey/limits';
import { recordChange } from '@rekey/outbox';
import {
  type CodeSetKind,
  codeSetProofOf,
  newTotpSecret,
  totp,
  totpSecretAs,
  totpStep,
  totpUri,
} from '@rekey/proofs';
import type { ActContext, BindingBy, Changing, EnrolmentContext } from './context.js';
import { lockForBinding, lockForChange } from './lock.js';
import { madeBefore, sameShowing } from './same-showing.js';

export interface TotpToBind {
  id: string;
  /** Base32, 160 bits; shown once. */
  secret: string;
  /** `otpauth://…`, for the QR code that the app reads. */
  uri: string;
}

/** Only an authenticator on hold gets an undo link. After the hold it protects the account against a person who controls the mailbox. */
const undoable = (id: string, { countsFrom }: Binding): string | undefined =>
  countsFrom === null ? undefined : id;

/**
 * Starts binding an authenticator app. The app proves nothing until one of its codes has been seen. Refusals: `not_found`.
 *
 * @param by.showing of a form: sent again, it shows the same secret, until that is bound or replaced by another one
 */
export async function startTotpBinding(
  { database, keyring, clock }: ActContext,
  by: { account: string; session: string; showing?: string | undefined },
  service: string,
): Promise<TotpToBind | Refusal> {
  const { account: accountId } = by;
  const account = await readAccount(database, keyring, accountId);
  if (!account) return refuse('not_found');
  const now = clock.now();
  const label = account.username ?? account.addresses[0]?.value ?? accountId;
  const shown = by.showing && sameShowing(keyring, by.showing, { ...by, kind: totp.id, bytes: 0 }).id;
  return database.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    const before = shown ? await findUnboundTotp(tx, { id: shown, account: accountId }) : undefined;
    if (shown && before) {
      const secret = keyring.open(before, totpSecretAs({ id: shown, account: accountId })).toString();
      return { id: shown, secret, uri: totpUri({ secret, service, label }) };
    }
    const isNew = shown && !(await authenticatorById(tx, { id: shown, account: accountId }));
    const id = isNew ? shown : uuidv7(now);
    const secret = newTotpSecret();
    const sealed = keyring.seal(secret, totpSecretAs({ id, account: accountId }));
    const added = await addUnboundTotp(tx, { id, account: accountId, sealed, at: new Date(now) });
    return added ? { id, secret, uri: totpUri({ secret, service, label }) } : refuse('not_found');
  });
}

/**
 * Completes the binding: the code shows that the app has the secret. Refusals: `not_found`, `wrong_proof`, `rate_limited`, `unauthorized`,
 * `step_up_required`.
 */
export async function confirmTotp(
  context: EnrolmentContext,
  by: BindingBy,
  { id, value }: { id: string; value: string },
): Promise<undefined | Refusal> {
  const { database, keyring, clock } = context;
  const { account: accountId } = by;
  const now = clock.now();
  const at = new Date(now);
  const budget = budgets.bindings;
  if (!(await consume(database, at, [{ key: counterKey(keyring, budget, accountId), budget }])))
    return limited(budget);
  const sealed = isUuid(id) ? await findUnboundTotp(database, { id, account: accountId }) : undefined;
  if (!sealed) return refuse('not_found');
  const secret = keyring.open(sealed, totpSecretAs({ id, account: accountId })).toString();
  const step = totpStep(secret, value, now);
  if (step === undefined) return refuse('wrong_proof');
  return database.transaction(async (tx) => {
    const binding = await lockForBinding(context, tx, { ...by, now: at });
    if (isRefused(binding)) return binding;
    if (!(await bindTotp(tx, { ...binding, id, step }))) return refuse('not_found');
    await recordChange(tx, {
      now,
      accountId,
      event: 'authenticator_bound',
      change: `${totp.id}_bound`,
      bound: undoable(id, binding),
    });
    return undefined;
  });
}

/**
 * Returns a new set of codes, shown once. Earlier codes no longer work. Refusals: `not_found`, `unauthorized`, `step_up_required`.
 *
 * @param showing of a form: sent again within ten minutes, also twice at once, it shows the same set, which was made once
 */
export async function renewCodes(
  context: EnrolmentContext,
  by: BindingBy,
  kind: CodeSetKind,
  showing?: string | undefined,
): Promise<{ id: string; codes: string[] } | Refusal> {
  const { database, clock, keyring } = context;
  const { account: accountId } = by;
  const now = clock.now();
  const proof = codeSetProofOf[kind];
  const shown = showing && sameShowing(keyring, showing, { ...by, kind, bytes: proof.makeFrom });
  const id = shown ? shown.id : uuidv7(now);
  // Hashed before the transaction: ten hashes take longer than a row should be locked.
  const { codes, salt, digests } = await proof.make(shown ? shown.random : undefined);
  const at = new Date(now);
  const made = await database.transaction(async (tx) => {
    const binding = await lockForBinding(context, tx, { ...by, now: at });
    if (isRefused(binding)) return binding;
    const before = shown ? await madeBefore(tx, { id, account: accountId, now: at }) : 'new';
    if (before === 'shown') return { id, codes };
    if (before === 'over') return undefined;
    const made = await replaceCodes(tx, { ...binding, id, kind, salt, digests });
    if (!made) return refuse('not_found');
    await recordChange(tx, {
      now,
      accountId,
      event: 'authenticator_bound',
      change: `${kind}_made`,
      bound: undoable(id, binding),
    });
    return { id, codes };
  });
  return made ?? renewCodes(context, by, kind);
}

/** Refusals: `not_found`, `unauthorized`, `step_up_required`. */
export async function unbind(
  context: EnrolmentContext,
  { account: accountId, session }: Changing,
  id: string,
): Promise<undefined | Refusal> {
  const { database, clock } = context;
  const now = clock.now();
  return database.transaction(async (tx) => {
    const at = new Date(now);
    const refused = await lockForChange(context, tx, { account: accountId, session, now: at });
    if (isRefused(refused)) return refused;
    const kind = isUuid(id)
      ? await removeAuthenticator(tx, { id, account: accountId, session, at })
      : undefined;
    if (!kind) return refuse('not_found');
    await recordChange(tx, { now, accountId, event: 'authenticator_removed', change: `${kind}_removed` });
    return undefined;
  });
}

/**
 * Binds an authenticator again that a recovery has suspended: its owner recognises it. The effect is the same as if this session had bound
 * it now.
 *
 * Refusals: `conflict` (another of its kind is bound and has to be removed first), `not_found`, `unauthorized`, `step_up_required`.
 */
export async function restore(
  context: EnrolmentContext,
  by: BindingBy,
  id: string,
): Promise<undefined | Refusal> {
  const { database, clock } = context;
  const now = clock.now();
  return database.transaction(async (tx) => {
    const binding = await lockForBinding(context, tx, { ...by, now: new Date(now) }, true);
    if (isRefused(binding)) return binding;
    const kind = isUuid(id) ? await restoreAuthenticator(tx, { ...binding, id }) : undefined;
    if (!kind) return refuse('not_found');
    if (kind === 'taken') return refuse('conflict', {}, 'another of its kind is bound');
    const event = 'authenticator_bound';
    await recordChange(tx, {
      now,
      accountId: by.account,
      event,
      change: `${kind}_restored`,
      bound: undoable(id, binding),
    });
    return undefined;
  });
}
