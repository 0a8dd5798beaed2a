/** The SQLSTATEs that Rekey acts on (PostgreSQL, appendix A). A fault of the database has one as its `code`. */
export const sqlStates = {
  connectionNotMade: '08001',
  connectionLost: '08006',
  uniqueViolation: '23505',
  authorizationRefused: '28000',
  passwordRefused: '28P01',
  noDatabase: '3D000',
  /** PostgreSQL gave up this transaction so that another one could continue. */
  deadlock: '40P01',
  privilegeMissing: '42501',
} as const;

const has =
  (state: string) =>
  (fault: unknown): boolean =>
    Object(fault).code === state;

export const isUniqueViolation = has(sqlStates.uniqueViolation);
export const isDeadlock = has(sqlStates.deadlock);
export const isPrivilegeMissing = has(sqlStates.privilegeMissing);
