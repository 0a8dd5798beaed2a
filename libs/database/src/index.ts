export { Database, type DatabaseOptions, openDatabase, type Sql, type Transaction } from './database.js';
export { migrate, pendingMigrations } from './migrate.js';
export { type Statement, statement } from './statement.js';
