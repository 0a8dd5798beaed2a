import { namingConnectionFault } from '@rekey/database';

/** A fault, as far as it can be told what it is of. */
type Fault = Partial<NodeJS.ErrnoException & { errors: unknown[]; driverError: unknown }>;

/**
 * Whether something that a request needs is away: PostgreSQL, Redis, an issuer elsewhere, or the network in between. The caller should come
 * again; nothing was granted. A fault that wraps others (`cause`, `errors` of an AggregateError, `driverError` of TypeORM) is one if one of
 * them is.
 */
export function isOutage(thrown: unknown, depth = 0): boolean {
  if (typeof thrown !== 'object' || thrown === null || depth > 5) return false;
  const { code, name = '', message = '', cause, errors = [], driverError } = named(thrown);
  return (
    away.test(String(code ?? '')) ||
    awayNames.has(name) ||
    (code === undefined && ofIoredis.test(message)) ||
    (name === 'ReplyError' && redisRefuses.test(message)) ||
    [cause, driverError, ...errors].some((inner) => inner !== thrown && isOutage(inner, depth + 1))
  );
}

/** A fault with a code is what the code says, but for `ENOENT`, which could be any file and is a socket here. */
function named(fault: object): Fault {
  const { code, syscall } = fault as Fault;
  const isNamed = code !== undefined && (code !== 'ENOENT' || syscall !== 'connect');
  return (isNamed ? fault : namingConnectionFault(fault)) as Fault;
}

/**
 * Of PostgreSQL (appendix A), in classes: 08 the connection; 40 rolled back for the sake of another, a deadlock too: all of it, so that the
 * same request may succeed; 53 out of resources; 57 ended by an operator or a timeout; 58 a fault of its files or its machine.
 */
const stateClasses = ['08', '40', '53', '57', '58'].map((of) => `${of}[0-9A-Z]{3}`);

/** The same, one by one. Until an operator mends the last ones, no request succeeds, and `/health/ready` says no. */
const states = [
  // A standby that is not promoted yet; a transaction or a lock that took too long.
  '25006',
  '25P03',
  '25P04',
  '55P03',
  '55006',
  // A session that forgot its statements, and one whose statements a migration has changed.
  '26000',
  '0A000',
  // The role or its password, the database, the schema, a right, a table, a column, a function or a type is not there.
  '28000',
  '28P01',
  '3D000',
  '3F000',
  '42501',
  '42P01',
  '42703',
  '42704',
  '42883',
];

const sockets = [
  'EADDRNOTAVAIL|EAI_AGAIN|EAI_FAIL|ECONNABORTED|ECONNREFUSED|ECONNRESET|EHOSTDOWN|EHOSTUNREACH|EMFILE|ENETDOWN|ENETRESET|ENETUNREACH',
  'ENFILE|ENOBUFS|ENOTCONN|ENOTFOUND|EPIPE|EPROTO|ESHUTDOWN|ESOCKETTIMEDOUT|ETIMEDOUT',
  'ERR_SOCKET_\\w+|ERR_STREAM_DESTROYED|ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_WRITE_AFTER_END',
  // TLS to another server: its certificate is not one to trust, or not any more.
  'CERT_\\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\\w+|ERR_SSL_\\w+|ERR_TLS_\\w+',
];

/** Of undici, and so of `fetch`; `HPE_…` is an answer that is not HTTP. */
const undici = [
  'UND_ERR_(?:ABORT|ABORTED|BODY_TIMEOUT|CLOSED|CONNECT_TIMEOUT|DESTROYED|HEADERS_TIMEOUT|PRX_TLS|RES_CONTENT_LENGTH_MISMATCH|SOCKET|SOCKS5)',
  'HPE_\\w+',
];

const away = new RegExp(`^(?:${[...stateClasses, ...states, ...sockets, ...undici].join('|')})$`);

/** Classes without a code: of ioredis and its parser, of BullMQ, and the DOMException of `AbortSignal.timeout()`. */
const awayNames = new Set([
  'AbortError',
  'ClusterAllFailedError',
  'ConnectionClosedError',
  'InterruptError',
  'MaxRetriesPerRequestError',
  'ParserError',
  'TimeoutError',
]);

/** Messages of ioredis without a code. */
const ofIoredis =
  /^(?:Connection is closed|Stream isn't writeable|Command timed out|Ready check failed|All sentinels are unreachable|None of startup nodes is available)/;

/** The first word of a reply of Redis that is about Redis and not about the command. */
const redisRefuses =
  /^(?:LOADING|READONLY|OOM|MISCONF|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|MOVED|ASK|UNBLOCKED|ERR max number of clients)\b/;
