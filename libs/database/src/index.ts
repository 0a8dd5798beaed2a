export { assertSchema } from './assert-schema.js';
export { namingConnectionFault } from './connection-fault.js';
export {
  Database,
  type DatabaseOptions,
  openDatabase,
  type Queryable,
  type Transaction,
  withTrace,
} from './database.js';
export { grantPrivileges } from './grants.js';
export {
  exactAt,
  isAfterPosition,
  type Keyset,
  type Page,
  pageByPosition,
  pageOf,
  positionValues,
} from './keyset.js';
export { ListenedClient } from './listened-client.js';
export { migrate, migrationNames, pendingMigrations, whyReleaseBeforeStops } from './migrate.js';
export { type Migration, migrations } from './migrations/index.js';
export { ownerDataSource } from './owner-data-source.js';
export { type DatabaseUrls, excessPrivilegesWarning, prepareSchema } from './prepare-schema.js';
export { inOneStretch, pruneOldest, pruneStretch, stretchOf } from './prune.js';
export { makeRoles, type RoleUrls } from './roles.js';
export {
  countByKey,
  countOlder,
  countSealed,
  type KeyCount,
  keyIdIn,
  nameOfRows,
  type Resealed,
  type ResealOptions,
  resealRows,
  type SealedRows,
} from './sealed-rows.js';
export { withSecondLook } from './second-look.js';
export { isDeadlock, isUniqueViolation, sqlStates } from './sql-states.js';
export { identifier, joined, literal, literals, type SqlText, sql } from './sql-text.js';
export { requestOrigin, type Statement, statement, statementsMade } from './statement.js';
export { tablePrivileges } from './table-privileges.js';
