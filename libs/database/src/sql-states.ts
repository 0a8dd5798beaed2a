/** The SQLSTATEs that Rekey acts on (PostgreSQL, appendix A). A fault of the database has one as its `code`. */
export const sqlStates = {
  connectionNotMade: '08001',
  connectionLost: '08006',
  uniqueViolation: '23505',
  /** A pooler has given this transaction another session than the one in which the statement was prepared. */
  noSuchPrepared: '26000',
  authorizationRefused: '28000',
  passwordRefused: '28P01',
  noDatabase: '3D000',
  /** Two transactions that cannot be brought into an order; only if one of them is not `read committed`. */
  notSerializable: '40001',
  /** PostgreSQL gave up this transaction so that another one could continue. */
  deadlock: '40P01',
  privilegeMissing: '42501',
  /** As {@link noSuchPrepared}: the other session has prepared it before. */
  alreadyPrepared: '42P05',
} as const;

const has =
  (...states: string[]) =>
  (fault: unknown): boolean =>
    states.includes(Object(fault).code);

export const isUniqueViolation = has(sqlStates.uniqueViolation);
export const isDeadlock = has(sqlStates.deadlock);
export const isPasswordRefused = has(sqlStates.passwordRefused);
/** The same transaction may succeed when it is tried again. */
export const isTransient = has(sqlStates.deadlock, sqlStates.notSerializable);
/** The connection leads to another session at each transaction, and the pooler does not follow prepared statements. */
export const isUnprepared = has(sqlStates.noSuchPrepared, sqlStates.alreadyPrepared);
export const isPrivilegeMissing = has(sqlStates.privilegeMissing);
