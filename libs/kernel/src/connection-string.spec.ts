import { type ConnectionString, isConnectionString, readConnectionString } from './connection-string.js';

const local = { hosts: [{ host: 'db' }], sslmode: 'prefer', target: 'any', parameters: {} } as const;

test.each<[string, Partial<ConnectionString>]>([
  ['postgres://db', {}],
  ['postgresql://db/', {}],
  [
    'postgres://ada:secret@db:6432/rekey',
    { hosts: [{ host: 'db', port: 6432 }], user: 'ada', password: 'secret', database: 'rekey' },
  ],
  // Percent-encoded, and characters that a URL parser would trip over.
  ['postgres://a%40b:p%2Fq%3A%25@db/r%20k', { user: 'a@b', password: 'p/q:%', database: 'r k' }],
  ['postgres://ada:p@s#s?w:d@db/rekey', { user: 'ada', password: 'p@s#s?w:d', database: 'rekey' }],
  ['postgres://ada@db/rekey', { user: 'ada', database: 'rekey' }],
  ['postgres://ada:a+b@db/rekey', { user: 'ada', password: 'a+b', database: 'rekey' }],
  // Several hosts.
  [
    'postgres://ada@one:5433,two/rekey',
    {
      hosts: [{ host: 'one', port: 5433 }, { host: 'two' }],
      user: 'ada',
      database: 'rekey',
      target: 'read-write',
    },
  ],
  [
    'postgres://one,two:7/rekey?target_session_attrs=any',
    { hosts: [{ host: 'one' }, { host: 'two', port: 7 }], database: 'rekey', target: 'any' },
  ],
  [
    'postgres:///rekey?host=one,two&port=7',
    {
      hosts: [
        { host: 'one', port: 7 },
        { host: 'two', port: 7 },
      ],
      database: 'rekey',
      target: 'read-write',
    },
  ],
  [
    'postgres://[2001:db8::1]:5433,[::1]/rekey',
    {
      hosts: [{ host: '2001:db8::1', port: 5433 }, { host: '::1' }],
      database: 'rekey',
      target: 'read-write',
    },
  ],
  // Sockets.
  [
    'postgres://%2Fvar%2Frun%2Fpostgresql/rekey',
    { hosts: [{ host: '/var/run/postgresql' }], database: 'rekey' },
  ],
  [
    'postgres://ada:x@/rekey?host=/var/run/postgresql',
    { hosts: [{ host: '/var/run/postgresql' }], user: 'ada', password: 'x', database: 'rekey' },
  ],
  ['postgres:///rekey', { hosts: [{}], database: 'rekey' }],
  ['postgres://', { hosts: [{}] }],
  // Parameters.
  [
    'postgres://db/rekey?sslmode=verify-full&sslrootcert=/ca.crt',
    { database: 'rekey', sslmode: 'verify-full', parameters: { sslrootcert: '/ca.crt' } },
  ],
  ['postgres://db?ssl=true', { sslmode: 'require' }],
  ['postgres://db?sslmode=disable&pgbouncer=true', { sslmode: 'disable', parameters: { pgbouncer: 'true' } }],
  [
    'postgres://x/y?user=ada&password=p%26q&dbname=rekey&host=db',
    { user: 'ada', password: 'p&q', database: 'rekey' },
  ],
  ['postgres://db?hostaddr=192.0.2.1', { hosts: [{ host: 'db', address: '192.0.2.1' }] }],
  // Keywords.
  [
    'host=db port=6432 user=ada password=secret dbname=rekey',
    { hosts: [{ host: 'db', port: 6432 }], user: 'ada', password: 'secret', database: 'rekey' },
  ],
  [` host = 'db'  password='it\\'s a \\\\' sslmode=require `, { password: `it's a \\`, sslmode: 'require' }],
  [
    'host=one,two port=1,2',
    {
      hosts: [
        { host: 'one', port: 1 },
        { host: 'two', port: 2 },
      ],
      target: 'read-write',
    },
  ],
])('%s is read as libpq reads it', (text, expected) => {
  expect(readConnectionString(text)).toEqual({ ...local, ...expected });
});

test.each([
  ['', 'not a connection string'],
  ['mysql://x/y', 'not a connection string'],
  ['postgres', 'not a connection string'],
  ["host=db password=it's", 'not a connection string'],
  ['postgres://ada:100%@db', 'a percent sign'],
  ['postgres://db:x', 'port'],
  ['postgres://db:99999', 'port'],
  ['postgres://::1/rekey', 'a port'],
  ['postgres://one,two?port=1,2,3', 'not as many ports'],
  ['postgres://one,two?hostaddr=192.0.2.1', 'not as many hosts'],
  ['postgres://db?sslmode=yes', 'sslmode: not one of disable, allow'],
  ['postgres://db?target_session_attrs=writable', 'target_session_attrs: not one of any'],
  ['postgres://db?sslmode', 'a parameter without a value'],
])('%s is refused: %s', (text, sentence) => {
  expect(() => readConnectionString(text)).toThrow(sentence);
  expect(isConnectionString(text)).toBe(false);
});
