import './entities/index.js';

export { changeMember, type MemberChange } from './acts/change-member.js';
export { consumeConfirmation, consumeRegistration, consumeSignIn } from './acts/consume-sign-in.js';
export { auditDenial } from './acts/deny-access.js';
export { enterDemo } from './acts/enter-demo.js';
export { inviteFirstAdmin } from './acts/first-invitation.js';
export { type Invited, inviteAgain, inviteStaff, type StaffActor } from './acts/invite.js';
export { offerRegistration, register } from './acts/register.js';
export { confirmStaff, offerConfirmation, offerSignIn, type SignedIn, signInStaff } from './acts/sign-in.js';
export { signOutStaff } from './acts/sign-out.js';
export type { Challenge } from './challenges.js';
export {
  actingStaff,
  type ConsolePlace,
  consolePlace,
  type StaffContext,
  staffLifetimes,
} from './context.js';
export { listMembers, type MemberView } from './members.js';
export {
  approveOverride,
  denyOverride,
  draftApproval,
  draftOverride,
  type FollowOverride,
  requestOverride,
  spendOverride,
  stopOverrides,
  type ToSign,
} from './overrides/acts.js';
export { countWaitingOverrides } from './overrides/count-waiting.js';
export { type LostProof, lostIn, type OverrideRequest, writeLost } from './overrides/documents.js';
export { listOverrides, type OverrideView, readOverride, reportFlaw } from './overrides/list.js';
export {
  endOverridesOf,
  eraseOverrides,
  overridesOfAccount,
  type StoredOverrideOf,
} from './overrides/retention.js';
export { findOverride } from './overrides/rows.js';
export { overrideTimes } from './overrides/times.js';
export {
  findJudged,
  type OverrideState,
  overrideStates,
  standsFor,
  usableIn,
  type VerifiedOverride,
  verifiedOverride,
} from './overrides/verified.js';
export { pruneStaff } from './prune.js';
export {
  hasRight,
  isStaffRole,
  rightsOf,
  roles,
  type StaffRight,
  type StaffRole,
  staffRights,
  staffRoles,
} from './rights.js';
export { countStaffByKey } from './row-seal.js';
export {
  currentStaffSession,
  isFresh,
  type SessionView,
  type StaffSession,
  sessionView,
} from './sessions.js';
export type { AuthenticationResponse, RegistrationResponse } from './webauthn.js';
