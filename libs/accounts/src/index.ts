import './entities/index.js';

export type { AccountChange } from './account-change.js';
export { type Account, type AccountAddress, type AccountToPut, isAccountId } from './account-shape.js';
export {
  type Assurance,
  allowShortCodes,
  assuranceOf,
  coversLevel,
  disableAuthenticators,
  evidenceHolds,
  hasSecondFactor,
  isAddressBound,
  isEntitled,
  isOfGeneration,
  proofsHeld,
  readLevel,
  readRecoveryLevel,
} from './assurance.js';
export { attestAccount, attestedAcr, endAttestation } from './attestation.js';
export { type AuthenticatorHistory, authenticatorHistory } from './authenticator-history.js';
export { authenticatorEvidence, useAuthenticator } from './authenticator-storage.js';
export {
  type AuthenticatorView,
  addUnboundTotp,
  authenticatorById,
  type Binding,
  type BindingOnHold,
  bindingOf,
  bindTotp,
  discardAuthenticator,
  findUnboundTotp,
  listAuthenticators,
  removeAuthenticatorsBoundBy,
  replaceCodes,
  restoreAuthenticator,
} from './authenticators.js';
export {
  compromiseAddress,
  compromisedAddresses,
  type MarkedAddress,
  restoreAddress,
} from './compromised.js';
export { plantedBySessions, suspendAll } from './counting.js';
export {
  accountSubject,
  activeAccountOf,
  activeSubject,
  addressesToOffer,
  addressesToWarn,
  addressOfNotification,
  addressToWrite,
  anyAccount,
  type FoundAccount,
  findAccount,
  judgedSubject,
  maskAddress,
  type OpenedAddress,
  ownAddress,
  type SealedAddress,
} from './find.js';
export { readPasswordHash } from './hashes/hashes.js';
export {
  type AddressKind,
  type Identifier,
  identifierOf,
  lookupDigests,
  normaliseIdentifier,
} from './identifier.js';
export {
  endKnownBrowsers,
  isKnownBrowser,
  type KnownBrowser,
  knownBrowserLifetime,
  knownBrowserOf,
  knownBrowsersEpochOf,
  knownBrowserToken,
  readKnownBrowser,
  readKnownBrowsers,
} from './known-browser.js';
export { isKnownNetwork, pruneNetworks, recordNetwork, renewKnownBrowsers } from './known-network.js';
export { clearStop, isLastStop, lockAccount, markStopped, wasNotStoppedSince } from './lock.js';
export {
  type MaskedAccount,
  type MaskedAddress,
  readAddress,
  readMaskedAccount,
} from './masked-account.js';
export { type NamedProof, readNamedProofs } from './named-proofs.js';
export {
  changePassword,
  checkPassword,
  clearPasswordOf,
  hasPassword,
  passwordContext,
  passwordHashOf,
  passwordLength,
  setPassword,
} from './password.js';
export {
  hashNow,
  hashPassword,
  payForRefusal,
  rehash,
  sealHash,
  verifyPassword,
} from './password-hash.js';
export { type AccountPatch, patchAccount } from './patch.js';
export { lockAccountId, putAccount } from './put.js';
export { deleteAccount, hasAccounts, readAccount } from './read.js';
export { recentChangesOf } from './recent-changes.js';
export {
  pruneRemoved,
  removeAuthenticator,
  restoreAuthenticators,
  restoreReplacedAuthenticator,
} from './removed.js';
export { sealedInAccounts, sealedPasswords, sealedPuts } from './reseal.js';
export { lockPassword, type RestorablePassword, restorePassword } from './restorable-password.js';
