import { connect } from 'node:net';
import { HttpException } from '@nestjs/common';
import { refuse } from '@rekey/kernel';
import { UnrecoverableError } from 'bullmq';
import { Redis } from 'ioredis';
import { DatabaseError } from 'pg';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { errors } from 'undici';
import { freePort } from '../../../test/runner/free-port.js';
import { isOutage } from './outage.js';
import { ProblemFilter } from './problem-filter.js';
import { RefusedException } from './refused-exception.js';

const coded = (code: string, more: object = {}) => Object.assign(new Error('as it is'), { code, ...more });
const named = (name: string, message = 'as it is') => Object.assign(new Error(message), { name });
const ofPostgres = (code: string) => Object.assign(new DatabaseError('as it is', 1, 'error'), { code });
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause });

/** What a caught rejection or event of the real library is. */
const thrownBy = async (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => undefined,
    (fault: unknown) => fault,
  );

const outages: [title: string, fault: unknown][] = [
  ...'08000 08001 08003 08004 08006 08P01 25006 25P03 25P04 26000 28000 28P01 3D000 3F000 40001 40003 40P01 42501 42P01 42703 42704 42883'
    .concat(
      ' 53000 53100 53200 53300 53400 55P03 55006 57000 57014 57P01 57P02 57P03 57P04 57P05 58000 58030 58P01 0A000',
    )
    .split(' ')
    .map((code): [string, unknown] => [`SQLSTATE ${code}`, ofPostgres(code)]),
  ['a SQLSTATE through TypeORM', new QueryFailedError('select', [], ofPostgres('57P01'))],
  [
    'a lost connection through TypeORM',
    new QueryFailedError('select', [], new Error('Connection terminated unexpectedly')),
  ],
  ['a released runner', new QueryRunnerAlreadyReleasedError()],
  ['a released provider', new QueryRunnerProviderAlreadyReleasedError()],
  ...[
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Cannot use a pool after calling end on the pool',
    'Connection is closed.',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'Command timed out',
    'Ready check failed: Redis responded with "LOADING"',
    'All sentinels are unreachable. Retrying from scratch after 10ms.',
  ].map((message): [string, unknown] => [message, new Error(message)]),
  ...[
    'LOADING Redis is loading',
    'READONLY You can',
    'OOM command not allowed',
    'MISCONF Redis is',
    'NOAUTH',
    'WRONGPASS',
    'CLUSTERDOWN',
  ]
    .concat('MASTERDOWN Link', 'NOREPLICAS', 'TRYAGAIN', 'BUSY Redis', 'ERR max number of clients reached')
    .map((message): [string, unknown] => [`Redis says ${message}`, named('ReplyError', message)]),
  ...[
    'MaxRetriesPerRequestError',
    'AbortError',
    'InterruptError',
    'ConnectionClosedError',
    'ClusterAllFailedError',
    'ParserError',
  ].map((name): [string, unknown] => [name, named(name)]),
  ...'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN EMFILE ENFILE'
    .concat(
      ' ENOBUFS EADDRNOTAVAIL EPROTO ERR_STREAM_DESTROYED ERR_SOCKET_CLOSED CERT_HAS_EXPIRED ERR_TLS_CERT_ALTNAME_INVALID',
    )
    .split(' ')
    .map((code): [string, unknown] => [code, coded(code)]),
  ['a socket that is a file, and missing', coded('ENOENT', { syscall: 'connect' })],
  ['both addresses of a name', new AggregateError([coded('EHOSTUNREACH'), coded('ECONNREFUSED')])],
  ['one of several faults', new AggregateError([new Error('first'), coded('57P03')])],
  ...[
    new errors.ConnectTimeoutError(),
    new errors.HeadersTimeoutError(),
    new errors.BodyTimeoutError(),
    new errors.SocketError('other side closed'),
    new errors.ClientClosedError(),
    new errors.ClientDestroyedError(),
    AbortSignal.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')).reason,
    coded('HPE_INVALID_CONSTANT'),
    new AggregateError([coded('ECONNREFUSED')]),
  ].map((cause, at): [string, unknown] => [`fetch: ${cause.name} ${at}`, fetchFailed(cause)]),
  ['a status of another server beside the code', coded('ECONNRESET', { statusCode: 404 })],
];

const others: [title: string, fault: unknown, status: number][] = [
  ['a bug', new TypeError("Cannot read properties of undefined (reading 'id')"), 500],
  ['a constraint', ofPostgres('23505'), 500],
  ['data', ofPostgres('22P02'), 500],
  ['syntax', ofPostgres('42601'), 500],
  ['a missing file', coded('ENOENT', { syscall: 'open' }), 500],
  ['a wrong command of Redis', named('ReplyError', 'WRONGTYPE Operation against a key'), 500],
  ['a job that cannot be done', new UnrecoverableError('no'), 500],
  ['a cause that is a bug', new Error('outer', { cause: new TypeError('inner') }), 500],
  ['no error at all', undefined, 500],
  ['a text', 'ECONNREFUSED', 500],
  [
    'a status of the request',
    Object.assign(new Error('body'), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' }),
    413,
  ],
  [
    'a status of Nest, whatever caused it',
    new HttpException('no', 404, { cause: coded('ECONNREFUSED') }),
    404,
  ],
];

function answerTo(fault: unknown) {
  const sent = { status: 0, headers: {} as Record<string, string>, code: undefined as unknown };
  const also = (more: object) => {
    Object.assign(sent, more);
    return reply;
  };
  const reply = {
    log: { error: () => undefined },
    request: { id: 'id' },
    hasHeader: () => false,
    status: (status: number) => also({ status }),
    headers: (headers: object) => also({ headers: { ...sent.headers, ...headers } }),
    header: (name: string, value: string) => also({ headers: { ...sent.headers, [name]: value } }),
    send: (body: Buffer) => also({ code: JSON.parse(String(body)).code }),
  };
  new ProblemFilter().catch(fault, { switchToHttp: () => ({ getResponse: () => reply }) } as never);
  return sent;
}

describe('a fault of a request', () => {
  test.each(outages)('%s: 503 with Retry-After', (_title, fault) => {
    expect(answerTo(fault)).toMatchObject({
      status: 503,
      code: 'unavailable',
      headers: { 'retry-after': '5', 'content-type': 'application/problem+json' },
    });
  });

  test.each(others)('%s is no outage', (_title, fault, status) => {
    expect(answerTo(fault).status).toBe(status);
  });

  test('a refusal stays what it is', () => {
    const refused = new RefusedException(refuse('not_found'));
    expect(answerTo(refused)).toMatchObject({ status: 404 });
  });

  test('what the libraries throw when nobody listens is an outage', async () => {
    const port = await freePort();
    const nobody = await new Promise((resolve) => connect(port, 'localhost').once('error', resolve));
    const redis = new Redis({
      port,
      enableOfflineQueue: false,
      lazyConnect: true,
      retryStrategy: () => null,
    });
    redis.on('error', () => undefined);
    const faults = [
      nobody,
      await thrownBy(() => fetch(`http://localhost:${port}`)),
      await thrownBy(() => redis.ping()),
      await thrownBy(() => fetch(`http://localhost:${port}`, { signal: AbortSignal.timeout(0) })),
    ];
    expect(faults.filter((fault) => !isOutage(fault))).toEqual([]);
  });

  test('a fault that is its own cause ends', () => {
    const fault = new Error('round');
    fault.cause = fault;
    expect(isOutage(fault)).toBe(false);
  });
});
