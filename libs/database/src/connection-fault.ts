import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/** What node-postgres and its pool say, without any code, where a connection could not be had. */
const notMade =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated due to connection timeout|Cannot use a pool after calling end on the pool|The server does not support SSL connections|There was an error establishing an SSL connection)/;

/** The same where one ended, or fell silent, before a statement was put to it or while it ran. */
const lost =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|Received unexpected \w+ message from backend)/;

/**
 * The one place that knows the driver's words for what has no code. What has one keeps it: an SQLSTATE of PostgreSQL, or
 * that of a socket.
 *
 * @returns the fault of a connection with its SQLSTATE (class 08, PostgreSQL appendix A) as its `code` and with what was
 *   thrown as its cause: `08001` where it could not be made, `08006` where it was lost; any other fault as it is
 */
export function namingConnectionFault(fault: unknown): unknown {
  const { message = '', code, syscall } = Object(fault) as Partial<NodeJS.ErrnoException>;
  // A socket that is a file is away while PostgreSQL is: `ENOENT` alone would be any file.
  if (notMade.test(message) || (code === 'ENOENT' && syscall === 'connect'))
    return named('08001', 'the connection to PostgreSQL could not be made', fault);
  const isLost =
    // TypeORM lets go of a connection that says it has ended.
    fault instanceof QueryRunnerAlreadyReleasedError ||
    fault instanceof QueryRunnerProviderAlreadyReleasedError ||
    lost.test(message);
  return isLost ? named('08006', 'the connection to PostgreSQL was lost', fault) : fault;
}

/** The driver's words stand in the message too: BullMQ reads there that a pool has ended. */
const named = (code: string, what: string, cause: unknown): Error =>
  Object.assign(new Error(`${what}: ${Object(cause).message}`, { cause }), { code });
