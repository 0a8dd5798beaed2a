export { asTyped } from './as-typed.js';
export { readBase64url } from './base64url.js';
export { type Channel, channels } from './channel.js';
export { type Clock, MovableClock, systemClock } from './clock.js';
export {
  type ConnectionString,
  isConnectionString,
  readConnectionString,
  type SslMode,
} from './connection-string.js';
export { type Position, readCursor, writeCursor } from './cursor.js';
export { every, type Periodic, type PeriodicOptions, processTimer, type Timer } from './every.js';
export { firstUuidv7, is256Bits, isUuid, newSecret, timeOf, uuidv7 } from './identifiers.js';
export { Keyring, type KeyringKey, sealHeader, sealVersions } from './keyring.js';
export { isLanguageTag, languageTag, longestTag } from './language-tag.js';
export { askedLocale, intlTag, isLocaleOf, type Locale, locales, pickLocale } from './locale.js';
export { type MessageKind, messageKinds } from './message-kind.js';
export {
  AnyRefusal,
  isAnyRefused,
  isRefused,
  type LimitView,
  Refusal,
  type RefusalCode,
  type RefusalData,
  refuse,
} from './refusal.js';
export { isSameText } from './same-text.js';
export { SealFault } from './seal-fault.js';
export {
  type ColumnOfAccount,
  type ColumnOfNobody,
  type SealedAs,
  sealedColumns,
} from './sealed-as.js';
export { type KeyUse, keyUses, type SigningAlgorithm, signingAlgorithms } from './signing.js';
export {
  type CodeShape,
  decimals,
  foldDigits,
  longestTyped,
  readCode,
  withoutInvisible,
} from './typed-text.js';
export { withDefaults } from './with-defaults.js';
