import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { sqlStates } from './sql-states.js';

/** Messages of node-postgres and its pool, without a code, for a connection that could not be made. */
const notMade =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated due to connection timeout|Cannot use a pool after calling end on the pool|The server does not support SSL connections|There was an error establishing an SSL connection)/;

/** The same for a connection that ended, or stopped responding, before a statement was sent or while it ran. */
const lost =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|Received unexpected \w+ message from backend)/;

/**
 * Only this function knows the driver's messages for faults without a code. A fault with a code keeps it: an SQLSTATE of PostgreSQL, or the
 * code of a socket.
 *
 * @returns a connection fault with its SQLSTATE (class 08, PostgreSQL appendix A) as its `code` and the original as its cause: `08001` if
 * it could not be made, `08006` if it was lost; any other fault unchanged
 */
export function namingConnectionFault(fault: unknown): unknown {
  const { message = '', code, syscall } = Object(fault) as Partial<NodeJS.ErrnoException>;
  // A socket that is a file is missing while PostgreSQL is down. `ENOENT` alone could be any file.
  if (notMade.test(message) || (code === 'ENOENT' && syscall === 'connect'))
    return named(sqlStates.connectionNotMade, 'the connection to PostgreSQL could not be made', fault);
  const isLost =
    // TypeORM releases a connection that reports its end.
    fault instanceof QueryRunnerAlreadyReleasedError ||
    fault instanceof QueryRunnerProviderAlreadyReleasedError ||
    lost.test(message);
  return isLost ? named(sqlStates.connectionLost, 'the connection to PostgreSQL was lost', fault) : fault;
}

/** Includes the driver's message: BullMQ reads there that a pool has ended. */
const named = (code: string, what: string, cause: unknown): Error =>
  Object.assign(new Error(`${what}: ${Object(cause).message}`, { cause }), { code });
