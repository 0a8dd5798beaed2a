import './entities/index.js';

export type { VerifiedAccessToken } from './access-token.js';
export { type EvidenceBasis, type RecoveryAssertion, signRecoveryAssertion } from './assertion.js';
export {
  authenticateManagement,
  grantClientCredentials,
  type ManagementCaller,
  type ManagementScope,
  managementScopes,
} from './client-credentials.js';
export { ClientDirectory } from './client-directory.js';
export {
  type Client,
  type ClientWriter,
  deleteClient,
  holdsTokensOfPeople,
  isClientId,
  isConfidential,
  listClients,
  mayWriteClient,
  putClient,
  putClientBy,
  readClient,
} from './clients.js';
export { type TokenContext, tokenContext } from './context.js';
export { countSessions, type SessionCounts } from './count-sessions.js';
export {
  type DeviceAuthorization,
  decideOnDevice,
  findWaitingDevice,
  hasDecidedAlike,
  startDeviceAuthorization,
  type WaitingDevice,
} from './device/device-codes.js';
export { redeemDeviceCode } from './device/redeem-device-code.js';
export { newUserCode, normaliseUserCode, shownUserCode } from './device/user-code.js';
export { type Cause, causeNames, causes, type Remedy, remedies } from './diagnose/causes.js';
export { type Diagnosis, diagnose } from './diagnose/diagnose.js';
export { type Explanation, explain, type Fact, factNames } from './diagnose/explain.js';
export {
  type EndReason,
  endOlderSessions,
  endSession,
  endSessionsOf,
  lockSession,
  revokeSessionsOfRecoveries,
} from './end-sessions.js';
export { eraseAccount } from './erase-account.js';
export {
  accessTokenType,
  authorizationCodeType,
  type ExchangeRequest,
  exchangeAssertion,
  jwtTokenType,
} from './exchange.js';
export { signClientAssertion, signOutcome } from './external-assertion.js';
export { deviceGrant, type Grant, grants, tokenExchangeGrant } from './grants.js';
export { authenticateBearer, type Introspection, introspect, revoke } from './introspect.js';
export { clientLifetimes, defaultLifetimes, type LifetimePlan, readLifetimes } from './lifetimes.js';
export { isOAuthRefused, type OAuthErrorCode, OAuthRefusal, oauthRefuse } from './oauth-refusal.js';
export { pruneUsedTokens } from './prune.js';
export { longestToken } from './read-token.js';
export { redeemCode } from './redeem-code.js';
export { refresh } from './refresh.js';
export { renewSession } from './renew-session.js';
export { countTokensByKey, sealedInTokens } from './reseal.js';
export { recoveriesOfSessions, type SessionHistory, sessionHistory } from './session-history.js';
export {
  hasSession,
  listSessions,
  type SessionView,
  sessionViewSchema,
  type TokenResponse,
} from './sessions.js';
export type { AssertionSigner } from './sign-assertion.js';
export { type SignedIn, signIn } from './sign-in.js';
export { type KeyPlan, keySetCacheControl, publishedAheadMs, SigningKeys } from './signing-keys.js';
