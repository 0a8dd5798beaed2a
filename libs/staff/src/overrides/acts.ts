import type { Transaction } from '@rekey/database';
import { isRefused, isUuid, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { auditStaff, type PasskeyFailure } from '../audited.js';
import { actingStaff, type StaffContext, staffLifetimes } from '../context.js';
import { lockMembers } from '../members.js';
import { countUse, findPasskey, passkeysOf } from '../passkeys.js';
import { hasRight, type StaffRight } from '../rights.js';
import type { StaffSession } from '../sessions.js';
import {
  type AuthenticationResponse,
  authenticationOptions,
  claimedOwner,
  verifyAuthentication,
} from '../webauthn.js';
import { canonicalJson, challengeOfDocument } from './canonical.js';
import { type LostProof, type OverrideRequest, readApproval, readRequest, writeLost } from './documents.js';
import { denyRow, stopRows, useRow } from './end-rows.js';
import { reportFlaw } from './list.js';
import { approveRow, findOverride, insertOverride, type Signed, signedBy } from './rows.js';
import { overrideTimes } from './times.js';
import { findJudged, type JudgedOverride, type VerifiedOverride } from './verified.js';

/** What has happened to an override, for those who follow it in the transaction. */
export interface OverrideStep {
  id: string;
  account: string;
  at: Date;
}
/** What follows from a step, in its transaction. A refusal undoes the step. */
export type FollowOverride = (tx: Transaction, step: OverrideStep) => Promise<undefined | Refusal>;

/** What a member reads and signs: the text, and the options whose challenge is its digest. */
export interface ToSign {
  text: string;
  options: Awaited<ReturnType<typeof authenticationOptions>>;
}

const toSign = async (context: StaffContext, session: StaffSession, text: string): Promise<ToSign> => {
  const passkeys = await passkeysOf(context.database, session.memberId);
  return { text, options: await authenticationOptions(context.place, challengeOfDocument(text), passkeys) };
};

/** The text of a new request. It counts once it was signed, within five minutes. */
export function draftOverride(
  context: StaffContext,
  session: StaffSession,
  {
    lost,
    ...of
  }: { account: string; generation: string; evidence: string; reason: string; lost?: readonly LostProof[] },
): Promise<ToSign> {
  const now = context.clock.now();
  const request = { type: 'override_request', id: uuidv7(now), ...of, requested_by: session.memberId };
  const times = { requested_at: new Date(now).toISOString(), wait_hours: overrideTimes.waitHours };
  const named = lost && lost.length > 0 ? { lost: lost.map(writeLost) } : {};
  return toSign(context, session, canonicalJson({ ...request, ...times, ...named }));
}

/**
 * Stores a signed request. Refusals: `invalid_request` for a text that is none of ours, is another's, or too old; `unauthorized` for a wrong
 * signature; `forbidden` without the right `assist`; `conflict` when it was sent before.
 */
export async function requestOverride(
  context: StaffContext,
  session: StaffSession,
  { text, response }: { text: string; response: AuthenticationResponse },
  around: {
    /** Whether the account may have one; asked before anything is signed for. */
    check?: (of: OverrideRequest) => Promise<undefined | Refusal>;
    follow?: FollowOverride;
  } = {},
): Promise<{ id: string } | Refusal> {
  const now = context.clock.now();
  const request = readRequest(text);
  const isTheirs =
    request?.requested_by === session.memberId && request.wait_hours === overrideTimes.waitHours;
  if (!isTheirs || !isRecent(request.requested_at, now)) return refuse('invalid_request');
  const refused = await around.check?.(request);
  if (refused) return refused;
  return signing(context, session, 'assist', { text, response }, async (tx, signed) => {
    const { id, account, reason, evidence } = request;
    const at = { now: new Date(now), expiresAt: new Date(now + overrideTimes.openMs) };
    if (!(await insertOverride(tx, { ...signed, id, account, ...at }))) return refuse('conflict');
    const lost = request.lost ? { lost: request.lost } : {};
    const detail = { override: id, reason, evidence, ...lost };
    await auditStaff(tx, now, actingStaff(session.memberId), 'override_requested', detail, account);
    return (await around.follow?.(tx, { id, account, at: at.now })) ?? { id };
  });
}

/** The text of an approval. Refusals: `not_found` also for a request whose signature is not right; `invalid_state` for one's own. */
export async function draftApproval(
  context: StaffContext,
  session: StaffSession,
  id: string,
): Promise<ToSign | Refusal> {
  const now = context.clock.now();
  const found = await toDecide(context, session, id);
  if (isRefused(found)) return found;
  const { row } = found;
  const of = { request: challengeOfDocument(row.request.text), approved_by: session.memberId };
  const approved_at = new Date(now).toISOString();
  return toSign(context, session, canonicalJson({ type: 'override_approval', id, ...of, approved_at }));
}

/** Stores a signed approval. Refusals as {@link requestOverride} with the right `decide`, and as {@link draftApproval}. */
export async function approveOverride(
  context: StaffContext,
  session: StaffSession,
  { id: wanted, text, response }: { id?: string; text: string; response: AuthenticationResponse },
  follow?: FollowOverride,
): Promise<{ id: string } | Refusal> {
  const now = context.clock.now();
  const approval = readApproval(text);
  if (approval?.approved_by !== session.memberId || !isRecent(approval.approved_at, now))
    return refuse('invalid_request');
  if (wanted !== undefined && wanted !== approval.id) return refuse('invalid_request');
  const found = await toDecide(context, session, approval.id);
  if (isRefused(found)) return found;
  const { row } = found;
  if (approval.request !== challengeOfDocument(row.request.text)) return refuse('invalid_request');
  return signing(context, session, 'decide', { text, response }, async (tx, signed) => {
    const { id } = approval;
    if (!(await approveRow(tx, { ...signed, id, now: new Date(now) }))) return refuse('invalid_state');
    const detail = { override: id, requester: row.request.memberId };
    const account = row.account_id;
    await auditStaff(tx, now, actingStaff(session.memberId), 'override_approved', detail, account);
    return (await follow?.(tx, { id, account, at: new Date(now) })) ?? { id };
  });
}

/** A request that waits for an approval of this member. Refusals: `not_found` also for one that does not verify, `invalid_state`. */
async function toDecide(
  context: StaffContext,
  session: StaffSession,
  id: string,
): Promise<JudgedOverride | Refusal> {
  const judged = await findJudged(context, id, context.clock.now());
  if (!judged) return refuse('not_found');
  if (judged.flaw) {
    await reportFlaw(context, judged);
    return refuse('not_found');
  }
  if (judged.state !== 'requested')
    return refuse('invalid_state', { detail: `The override is ${judged.state}.` });
  const isTheirs = judged.row.request.memberId === session.memberId;
  return isTheirs ? refuse('invalid_state', { detail: 'Nobody approves a request of their own.' }) : judged;
}

/**
 * Denies a request, or ends what was approved. Also one that does not verify. Refusals: `not_found`, `invalid_state` when it was ended or
 * used before.
 */
export async function denyOverride(
  { database, clock }: StaffContext,
  session: StaffSession,
  { id, reason }: { id: string; reason: string },
): Promise<undefined | Refusal> {
  const now = clock.now();
  if (!isUuid(id) || !(await findOverride(database, id))) return refuse('not_found');
  const actor = actingStaff(session.memberId);
  return database.transaction(async (tx) => {
    const account = await denyRow(tx, { id, actor, now: new Date(now) });
    if (account === undefined) return refuse('invalid_state');
    await auditStaff(tx, now, actor, 'override_denied', { override: id, reason }, account);
    return undefined;
  });
}

/**
 * Ends an override for the person of its account, in a transaction that has locked that, and every other of the account that was not used yet:
 * who wants nobody to get in this way means all of them.
 *
 * @returns the recovery in which it was used, if any; undefined when there was nothing left to end
 */
export async function stopOverrides(
  tx: Transaction,
  now: number,
  { id, account }: { id: string; account: string },
): Promise<{ recovery: string | undefined } | undefined> {
  const stopped = await stopRows(tx, { id, account, now: new Date(now) });
  if (stopped.length === 0) return undefined;
  for (const { id: override, recovery_id } of stopped)
    await auditStaff(tx, now, 'person', 'override_stopped', { override }, account, recovery_id ?? undefined);
  return { recovery: stopped.find((one) => one.id === id)?.recovery_id ?? undefined };
}

/**
 * Marks a verified override as used in a recovery, in a transaction that has locked the account. One caller wins.
 *
 * @returns false when it was used or ended meanwhile, was changed since it was verified, or is not due
 */
export async function spendOverride(
  tx: Transaction,
  { keyring }: Pick<StaffContext, 'keyring'>,
  now: number,
  of: { override: VerifiedOverride; memberId: string; recovery: string; reason: string },
): Promise<boolean> {
  const { override, memberId, recovery, reason } = of;
  const { request, texts, usableFrom, usableUntil } = override;
  const { id, account } = request;
  const at = { now: new Date(now), usableFrom: new Date(usableFrom), usableUntil: new Date(usableUntil) };
  if (!(await useRow(tx, keyring, { id, memberId, recovery, ...texts, ...at }))) return false;
  const detail = { override: id, reason, requester: request.requested_by, approver: override.approvedBy };
  await auditStaff(tx, now, actingStaff(memberId), 'override_used', detail, account, recovery);
  return true;
}

const isRecent = (time: string, now: number): boolean =>
  Date.parse(time) <= now && Date.parse(time) > now - staffLifetimes.challenge;

/** Verifies a signature over a text by the member of a session, and stores it while that member has the right. */
async function signing<Done extends object>(
  { database, keyring, clock, place }: StaffContext,
  session: StaffSession,
  right: StaffRight,
  { text, response }: { text: string; response: AuthenticationResponse },
  then: (tx: Transaction, signed: Signed) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const failed = async (reason: PasskeyFailure): Promise<Refusal> => {
    const detail = { reason, staff: session.memberId };
    await auditStaff(database, clock.now(), 'person', 'staff_sign_in_failed', detail);
    return refuse('unauthorized');
  };
  const owner = claimedOwner(response);
  if (!owner) return failed('unknown_passkey');
  if (owner.member !== session.memberId) return failed('other_member');
  const passkey = await findPasskey(database, keyring, { id: owner.passkey, memberId: owner.member });
  if (!passkey) return failed('unknown_passkey');
  const used = await verifyAuthentication(place, challengeOfDocument(text), response, passkey.publicKey);
  if (!used) return failed('passkey');
  let isCloned = false;
  const outcome = await database.transaction(async (tx): Promise<Done | Refusal> => {
    const [member] = await lockMembers(tx, keyring, [owner.member]);
    if (!member || member.disabled_at || !hasRight(member.role, right)) return refuse('forbidden');
    isCloned = !(await countUse(tx, new Date(clock.now()), passkey, used.counter));
    if (isCloned) return refuse('unauthorized');
    return then(tx, signedBy(text, { memberId: owner.member, passkey: owner.passkey }, response));
  });
  return isCloned ? failed('cloned') : outcome;
}
