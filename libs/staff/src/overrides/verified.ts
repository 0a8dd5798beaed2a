import { isUuid } from '@rekey/kernel';
import { staffLifetimes } from '../context.js';
import { verifyAuthentication } from '../webauthn.js';
import { challengeOfDocument } from './canonical.js';
import { type OverrideApproval, type OverrideRequest, readApproval, readRequest } from './documents.js';
import { isUseOfOurs } from './end-rows.js';
import { type Grounds, groundsFor, maySignStill, signerOf, type Verifying } from './grounds.js';
import { findOverride, type OverrideRow, type Signed } from './rows.js';
import { overrideTimes, waitMs } from './times.js';

/** `invalid`: the signatures, the row and the audit do not say the same. */
export const overrideStates = [
  'requested',
  'approved',
  'usable',
  'used',
  'denied',
  'expired',
  'invalid',
] as const;
export type OverrideState = (typeof overrideStates)[number];

/**
 * Why an override is invalid: what was not signed by whom the row says, times that the row has otherwise than they were signed, an end that
 * the audit has and the row has not, or a signer who was disabled, has lost the right or has got another
 * passkey since.
 */
export type OverrideFlaw = 'request' | 'approval' | 'times' | 'ended' | 'signer';

/** What an override is, by its signatures and not by what its row says. Times in milliseconds since the Unix epoch. */
export interface JudgedOverride {
  row: OverrideRow;
  state: OverrideState;
  flaw?: OverrideFlaw;
  request?: OverrideRequest;
  usableFrom?: number;
  /** When it ends unused: as a request without an approval, or as an approval. */
  endsAt?: number;
}

/**
 * Whether a member's passkey has signed this text. The counter does not matter: the signature is not new. Nor does it matter here whether
 * the passkey is still good.
 */
async function isSigned({ place }: Verifying, grounds: Grounds, signed: Signed): Promise<boolean> {
  const passkey = signerOf(grounds, signed);
  if (!passkey) return false;
  const id = signed.passkey.toString('base64url');
  const response = {
    clientDataJSON: signed.clientData.toString('base64url'),
    authenticatorData: signed.authenticatorData.toString('base64url'),
    signature: signed.signature.toString('base64url'),
  };
  const credential = { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {}, response };
  const challenge = challengeOfDocument(signed.text);
  return (await verifyAuthentication(place, challenge, credential, passkey.publicKey)) !== undefined;
}

/** The request of a row, if its requester has signed it and the row says the same. */
async function signedRequest(
  context: Verifying,
  grounds: Grounds,
  row: OverrideRow,
): Promise<OverrideRequest | undefined> {
  const request = readRequest(row.request.text);
  const fits =
    request?.id === row.id &&
    request.account === row.account_id &&
    request.requested_by === row.request.memberId &&
    request.wait_hours === overrideTimes.waitHours;
  return fits && (await isSigned(context, grounds, row.request)) ? request : undefined;
}

async function signedApproval(
  context: Verifying,
  grounds: Grounds,
  { id, request, approval }: OverrideRow,
): Promise<OverrideApproval | undefined> {
  const read = approval && readApproval(approval.text);
  const fits =
    read?.id === id &&
    read.request === challengeOfDocument(request.text) &&
    read.approved_by === approval?.memberId &&
    read.approved_by !== request.memberId;
  return approval && fits && (await isSigned(context, grounds, approval)) ? read : undefined;
}

/** A text is sent within the lifetime of a challenge after it was drafted: a row with another time was changed. */
const isTimeOf = (stored: Date | null, signed: number): boolean => {
  const late = (stored?.getTime() ?? Number.NaN) - signed;
  return late >= 0 && late <= staffLifetimes.challenge;
};

/** Judges an override by its signatures, its times and the audit: who can write to the table makes none of them usable. */
export async function judgeOverride(
  context: Verifying,
  row: OverrideRow,
  grounds: Grounds,
  now: number,
): Promise<JudgedOverride> {
  const invalid = (flaw: OverrideFlaw): JudgedOverride => ({ row, state: 'invalid', flaw });
  const request = await signedRequest(context, grounds, row);
  if (!request) return invalid('request');
  const approval = await signedApproval(context, grounds, row);
  if (row.approval && !approval) return invalid('approval');
  const requestedAt = Date.parse(request.requested_at);
  const openUntil = requestedAt + overrideTimes.openMs + staffLifetimes.challenge;
  const approvedAt = approval && Date.parse(approval.approved_at);
  if (!isTimeOf(row.created_at, requestedAt) || row.expires_at.getTime() > openUntil) return invalid('times');
  if (approvedAt !== undefined && (!isTimeOf(row.approved_at, approvedAt) || approvedAt > openUntil))
    return invalid('times');
  if (!isEndedAs(row, grounds)) return invalid('ended');
  const usableFrom = row.approved_at ? row.approved_at.getTime() + waitMs(request.wait_hours) : undefined;
  const endsAt = usableFrom === undefined ? row.expires_at.getTime() : usableFrom + overrideTimes.usableMs;
  const judged = { row, request, endsAt, ...(usableFrom === undefined ? {} : { usableFrom }) };
  if (row.denied_at) return { ...judged, state: 'denied' };
  if (row.used_at) {
    const at = row.used_at.getTime();
    return usableFrom !== undefined && at >= usableFrom && at < endsAt
      ? { ...judged, state: 'used' }
      : invalid('times');
  }
  if (now >= endsAt) return { ...judged, state: 'expired' };
  if (!maySignStill(grounds, row)) return { ...judged, ...invalid('signer') };
  if (usableFrom === undefined) return { ...judged, state: 'requested' };
  return { ...judged, state: now >= usableFrom ? 'usable' : 'approved' };
}

/** Whether the row has the ends that the audit has. A row that is ended where the audit is silent is older than the audit is kept. */
function isEndedAs(row: OverrideRow, { endings }: Grounds): boolean {
  const theirs = endings.filter(({ override }) => override === row.id);
  return theirs.every(({ event, recovery_id }) =>
    event === 'override_used'
      ? row.used_at !== null && row.recovery_id === recovery_id
      : row.denied_at !== null,
  );
}

/** @returns undefined when there is none */
export async function findJudged(
  context: Verifying,
  id: string,
  now: number,
): Promise<JudgedOverride | undefined> {
  const row = isUuid(id) ? await findOverride(context.database, id) : undefined;
  return row && judgeOverride(context, row, await groundsFor(context, [row]), now);
}

/** An override that somebody may act on now. Times in milliseconds since the Unix epoch. */
export interface VerifiedOverride {
  request: OverrideRequest;
  approvedBy: string;
  usableFrom: number;
  usableUntil: number;
  /** As they were signed. */
  texts: { request: string; approval: string };
}

/**
 * An override that somebody may act on now. Both passkeys must be good now, their members enabled, with their
 * rights, and two. The waiting period is over by the
 * time that the approver has signed.
 *
 * @returns undefined in every other case
 */
export async function verifiedOverride(
  context: Verifying,
  id: string,
  now: number,
): Promise<VerifiedOverride | undefined> {
  const judged = await findJudged(context, id, now);
  return judged && usableIn(judged);
}

export function usableIn(judged: JudgedOverride): VerifiedOverride | undefined {
  const { row, state, request, usableFrom, endsAt: usableUntil } = judged;
  if (state !== 'usable' || !request || !row.approval) return undefined;
  if (usableFrom === undefined || usableUntil === undefined) return undefined;
  const texts = { request: row.request.text, approval: row.approval.text };
  return { request, approvedBy: row.approval.memberId, usableFrom, usableUntil, texts };
}

/**
 * Whether an override stands for a proof of this recovery: it was used in it, by the seal of the use and by the audit, nobody has stopped it since, and both who
 * have signed it may still sign.
 *
 * @param of.generation of the account
 */
export async function standsFor(
  context: Verifying,
  of: { override: string; recovery: string; generation: string },
  now: number,
): Promise<boolean> {
  const row = isUuid(of.override) ? await findOverride(context.database, of.override) : undefined;
  if (row?.recovery_id !== of.recovery) return false;
  const grounds = await groundsFor(context, [row]);
  const { state, request } = await judgeOverride(context, row, grounds, now);
  const hasSeal = isUseOfOurs(context.keyring, row);
  const isAudited = grounds.endings.some(({ event }) => event === 'override_used');
  return (
    state === 'used' &&
    hasSeal &&
    isAudited &&
    request?.generation === of.generation &&
    maySignStill(grounds, row)
  );
}
