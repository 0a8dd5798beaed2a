export { bringUpToDate, type DatabaseUrls, surplusWarning } from './bring-up-to-date.js';
export {
  Database,
  type DatabaseOptions,
  openDatabase,
  type Sql,
  standing,
  type Transaction,
} from './database.js';
export { grantRights } from './grants.js';
export { HeardClient } from './heard-client.js';
export { migrate, pendingMigrations } from './migrate.js';
export { makeRoles, type RoleUrls } from './roles.js';
export {
  countByKey,
  countOlder,
  countSealed,
  type KeyCount,
  keyIn,
  nameOfRows,
  type Resealed,
  type ResealOptions,
  resealRows,
  type SealedRows,
} from './sealed-rows.js';
export { type Statement, statement } from './statement.js';
export { tableRights } from './table-rights.js';
