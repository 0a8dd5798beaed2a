import { isUniqueViolation } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { auditStaff } from '../audited.js';
import { type Challenge, newChallenge, useChallenge } from '../challenges.js';
import { actingStaff, type StaffContext } from '../context.js';
import { claimInvitation, findInvitation, type OpenInvitation } from '../invitations.js';
import { lockMembers } from '../members.js';
import { endPasskeys, insertPasskey } from '../passkeys.js';
import type { StaffRole } from '../rights.js';
import { endSessionsOfMember, insertSession } from '../sessions.js';
import {
  type NewPasskey,
  type RegistrationResponse,
  registrationOptions,
  verifyRegistration,
} from '../webauthn.js';
import type { SignedIn } from './sign-in.js';

export interface RegistrationOffer {
  name: string;
  role: StaffRole;
  options: Awaited<ReturnType<typeof registrationOptions>>;
  challenge: Challenge;
}

/** What a browser needs to make a passkey for an invitation. Refusals: `not_found` for an invitation that cannot be used. */
export async function offerRegistration(
  { database, keyring, clock, place }: StaffContext,
  secret: string,
): Promise<RegistrationOffer | Refusal> {
  const now = clock.now();
  const invitation = await findInvitation(database, keyring, now, secret);
  if (!invitation) return refuse('not_found');
  const { id, member_id, name, role } = invitation;
  const challenge = newChallenge(now, id);
  const options = await registrationOptions(place, { id: member_id, name }, challenge.challenge);
  return { name, role, options, challenge };
}

/**
 * Registers the passkey of an invitation, and signs its member in. Passkeys and sessions that the member had before end with it.
 *
 * Refusals: `not_found` as {@link offerRegistration}; `unauthorized` when the response is not one to the challenge; `conflict` for a passkey
 * that is registered already.
 */
export async function register(
  context: StaffContext,
  { secret, kept, response }: { secret: string; kept: Challenge | undefined; response: RegistrationResponse },
): Promise<SignedIn | Refusal> {
  const { database, keyring, clock, place } = context;
  const now = clock.now();
  const invitation = await findInvitation(database, keyring, now, secret);
  if (!invitation) return refuse('not_found');
  const challenge = await useChallenge(database, now, kept, invitation.id);
  const passkey = challenge && (await verifyRegistration(place, challenge, response));
  if (!passkey) {
    await auditStaff(database, now, 'person', 'staff_sign_in_failed', {
      staff: invitation.member_id,
      reason: challenge ? 'passkey' : 'challenge',
    });
    return refuse('unauthorized');
  }
  try {
    return await commit(context, now, invitation, passkey);
  } catch (fault) {
    if (isUniqueViolation(fault)) return refuse('conflict');
    throw fault;
  }
}

const commit = (
  { database, keyring }: StaffContext,
  now: number,
  invitation: OpenInvitation,
  passkey: NewPasskey,
): Promise<SignedIn | Refusal> =>
  database.transaction(async (tx) => {
    const at = new Date(now);
    const [member] = await lockMembers(tx, keyring, [invitation.member_id]);
    if (!member || member.disabled_at || !(await claimInvitation(tx, now, invitation.id)))
      return refuse('not_found');
    const ended = await endPasskeys(tx, at, member.id);
    await endSessionsOfMember(tx, at, member.id);
    await insertPasskey(tx, keyring, at, { ...passkey, memberId: member.id });
    const signedIn = await insertSession(tx, keyring, now, { member, passkeyId: passkey.id });
    await auditStaff(tx, now, actingStaff(member.id), 'staff_registered', {
      role: member.role,
      passkeys_ended: ended,
      session: signedIn.session.id,
    });
    return signedIn;
  });
