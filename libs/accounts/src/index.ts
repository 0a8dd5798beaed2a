export type { Account, AccountAddress, AccountToPut } from './account-shape.js';
export {
  accountSubject,
  activeSubject,
  addressToWrite,
  type FoundAccount,
  findAccount,
  type OpenedAddress,
  openAddress,
  type SealedAddress,
  verifiedAddresses,
} from './find.js';
export { type AddressKind, type Identifier, lookupDigests, normaliseIdentifier } from './identifier.js';
export {
  checkPassword,
  clearPasswordSetBy,
  hashPassword,
  isPasswordHash,
  passwordContext,
  passwordLength,
  setPassword,
  verifyPassword,
} from './password.js';
export { putAccount } from './put.js';
export { deleteAccount, hasAccounts, readAccount } from './read.js';
