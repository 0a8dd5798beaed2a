export { type Client, type ClientOptions, createClient, type SignInRequest } from './client.js';
export { type RecoveryCause, RekeyError } from './error.js';
export type { ProofKind, SecondFactorKind } from './proof-kinds.generated.js';
export type { Recovery, RecoveryReference, RecoveryView, StartRequest } from './recovery.js';
export {
  type KeyValueStore,
  keyValueStorage,
  memoryStorage,
  type StoredTokens,
  type TokenStorage,
} from './storage.js';
export {
  type AccessClaims,
  createVerifier,
  type Needs,
  type Verdict,
  type VerifierCause,
  type VerifierOptions,
} from './verifier.js';
