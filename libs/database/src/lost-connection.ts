import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/** What node-postgres says, without any code, where a connection ended before a statement was put to it or while it ran. */
const words = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/**
 * @returns the fault of a lost connection with SQLSTATE `08006` (connection_failure, PostgreSQL appendix A) as its `code` and
 *   with what was thrown as its cause; any other fault as it is
 */
export function namingLostConnection(fault: unknown): unknown {
  const isLost =
    // TypeORM lets go of a connection that says it has ended.
    fault instanceof QueryRunnerAlreadyReleasedError ||
    fault instanceof QueryRunnerProviderAlreadyReleasedError ||
    (fault instanceof Error && words.test(fault.message));
  if (!isLost) return fault;
  return Object.assign(new Error('the connection to PostgreSQL was lost', { cause: fault }), {
    code: '08006',
  });
}
