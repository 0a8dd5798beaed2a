import type { Transaction } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { auditStaff, type PasskeyFailure } from '../audited.js';
import { type Challenge, newChallenge, useChallenge } from '../challenges.js';
import { actingStaff, type StaffContext } from '../context.js';
import { changeMemberRow, isAsAudited, type LockedMember, lockMembers } from '../members.js';
import { countUse, findPasskey, passkeysOf } from '../passkeys.js';
import { insertSession, renewFreshness, type StaffSession } from '../sessions.js';
import {
  type AuthenticationResponse,
  authenticationOptions,
  claimedOwner,
  verifyAuthentication,
} from '../webauthn.js';

/** A new session, and the secret for its cookie. */
export interface SignedIn {
  secret: string;
  session: StaffSession;
}

export interface PasskeyOffer {
  options: Awaited<ReturnType<typeof authenticationOptions>>;
  challenge: Challenge;
}

/** What a browser needs to ask for any passkey of this console: it names nobody, since nobody is known yet. */
export async function offerSignIn({ clock, place }: StaffContext): Promise<PasskeyOffer> {
  const challenge = newChallenge(clock.now());
  return { options: await authenticationOptions(place, challenge.challenge), challenge };
}

/** The same for a member who is signed in and confirms an act. */
export async function offerConfirmation(
  { database, clock, place }: StaffContext,
  session: StaffSession,
): Promise<PasskeyOffer> {
  const challenge = newChallenge(clock.now(), session.id);
  const passkeys = await passkeysOf(database, session.memberId);
  return { options: await authenticationOptions(place, challenge.challenge, passkeys), challenge };
}

interface Shown {
  kept: Challenge | undefined;
  response: AuthenticationResponse;
}

/** Signs in with a passkey. Refusals: `unauthorized`, whatever is wrong; the audit says what. */
export function signInStaff(context: StaffContext, shown: Shown): Promise<SignedIn | Refusal> {
  const now = context.clock.now();
  return withPasskey(context, now, shown, {}, async (tx, member, passkeyId) => {
    const signedIn = await insertSession(tx, context.keyring, now, { member, passkeyId });
    await auditStaff(tx, now, actingStaff(member.id), 'staff_signed_in', { session: signedIn.session.id });
    return signedIn;
  });
}

/** Makes a session fresh again with a passkey of the same member. Refusals: `unauthorized`. */
export function confirmStaff(
  context: StaffContext,
  session: StaffSession,
  shown: Shown,
): Promise<StaffSession | Refusal> {
  const now = context.clock.now();
  return withPasskey(
    context,
    now,
    shown,
    { about: session.id, member: session.memberId },
    async (tx, member) => {
      const renewed = await renewFreshness(tx, now, session);
      if (!renewed) return refuse('unauthorized');
      await auditStaff(tx, now, actingStaff(member.id), 'staff_confirmed', { session: session.id });
      return renewed;
    },
  );
}

async function withPasskey<Done extends object>(
  { database, keyring, place }: StaffContext,
  now: number,
  { kept, response }: Shown,
  wanted: { about?: string; member?: string },
  then: (tx: Transaction, member: LockedMember, passkey: Buffer) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const failed = async (reason: PasskeyFailure, staff?: string): Promise<Refusal> => {
    await auditStaff(database, now, 'person', 'staff_sign_in_failed', {
      reason,
      ...(staff ? { staff } : {}),
    });
    return refuse('unauthorized');
  };
  const challenge = await useChallenge(database, now, kept, wanted.about);
  if (!challenge) return failed('challenge', wanted.member);
  const owner = claimedOwner(response);
  if (!owner) return failed('unknown_passkey', wanted.member);
  if (wanted.member !== undefined && owner.member !== wanted.member)
    return failed('other_member', wanted.member);
  const passkey = await findPasskey(database, keyring, { id: owner.passkey, memberId: owner.member });
  if (!passkey) return failed('unknown_passkey');
  const used = await verifyAuthentication(place, challenge, response, passkey.publicKey);
  if (!used) return failed('passkey', owner.member);
  const outcome = await database.transaction(
    async (tx): Promise<{ done: Done | Refusal } | PasskeyFailure> => {
      const [member] = await lockMembers(tx, keyring, [owner.member]);
      if (!member || member.disabled_at) return 'disabled';
      if (!(await isAsAudited(tx, member))) return 'altered';
      if (!(await countUse(tx, new Date(now), passkey, used.counter))) return 'cloned';
      // Under the newest key of the keyring from now on.
      await changeMemberRow(tx, keyring, member);
      return { done: await then(tx, member, owner.passkey) };
    },
  );
  return typeof outcome === 'string' ? failed(outcome, owner.member) : outcome.done;
}
