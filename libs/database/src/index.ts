export {
  Database,
  type DatabaseOptions,
  openDatabase,
  type Sql,
  standing,
  type Transaction,
} from './database.js';
export { HeardClient } from './heard-client.js';
export { migrate, pendingMigrations } from './migrate.js';
export {
  countByKey,
  countSealed,
  type KeyCount,
  keyIn,
  type Resealed,
  type ResealOptions,
  resealRows,
  type SealedRows,
} from './sealed-rows.js';
export { type Statement, statement } from './statement.js';
