import { resolve } from 'node:path';
import { isConnectionString } from '@rekey/kernel';
import { z } from 'zod';
import { type Run, servers } from '../run.js';
import { type Given, text, type Values, type Variable, withCredentials } from '../variable.js';

const postgresUrl = {
  allowed: 'a postgres:// URL',
  secret: true,
  schema: z.string().refine(isConnectionString),
};

/** Where everything is stored. */
export const databaseVariables = {
  DATABASE_URL: {
    meaning:
      'PostgreSQL 14 or later, with the role that the processes run as (see "Database roles"). Read as psql reads it: several hosts, `sslmode`, sockets, `keyword=value` pairs (see "Your PostgreSQL")',
    unset: 'unset: embedded, data in `REKEY_DATA_DIR`',
    neededBy: [...servers, 'migrate', 'roles', 'keys', 'audit', 'staff', 'policy'],
    ...postgresUrl,
  },
  DATABASE_OWNER_URL: {
    meaning:
      'the same database, with the role that owns the tables. Used by `npm run migrate`, and by `npm start` with your own database',
    unset: '`DATABASE_URL`',
    ...postgresUrl,
  },
  DATABASE_ADMIN_URL: {
    meaning: 'the same server, with a superuser. Only `npm run roles` needs it',
    unset: 'none',
    ...postgresUrl,
  },
  REKEY_DATA_DIR: text(
    'directory of the embedded PostgreSQL and the development secrets',
    { default: '.rekey' },
    'a path',
  ),
  REDIS_URL: {
    meaning: 'Redis or Valkey, for job queues and rate limits',
    unset: 'unset: PostgreSQL does both',
    allowed: 'a redis:// or rediss:// URL',
    secret: true,
    schema: withCredentials('redis:', 'rediss:'),
  },
} satisfies Record<string, Variable>;

type Variables = typeof databaseVariables;

/** Commands that call the other processes, and no database. */
const callers = ['import', 'tokens'];

/** Processes that run elsewhere only with a database of their own. */
const servesPeople = ['recovery', 'courier', 'issuer', 'console', 'roles'];

export function databaseProblems(given: Given<Variables>, run: Run): string[] {
  const problems: string[] = [];
  const allowed = (name: keyof Variables) => databaseVariables[name].allowed;
  if (servesPeople.includes(run.process) && !given.DATABASE_URL)
    problems.push(
      `DATABASE_URL: not set; allowed: ${allowed('DATABASE_URL')} (only "npm start" has its own)`,
    );
  if (run.process === 'roles')
    for (const name of ['DATABASE_ADMIN_URL', 'DATABASE_OWNER_URL'] as const)
      if (!given[name]) problems.push(`${name}: not set; allowed: ${allowed(name)}`);
  if (given.DATABASE_OWNER_URL && !given.DATABASE_URL && !callers.includes(run.process))
    problems.push('DATABASE_OWNER_URL: set without DATABASE_URL; allowed: both or none');
  return problems;
}

export const databaseSettings = (values: Values<Variables>) => ({
  /** Of the application role. Unset: the embedded PostgreSQL. */
  databaseUrl: values.DATABASE_URL,
  /** Of the role that owns and migrates the tables. Unset: that of `databaseUrl`. */
  databaseOwnerUrl: values.DATABASE_OWNER_URL,
  /** Of a superuser, only for `npm run roles`. */
  databaseAdminUrl: values.DATABASE_ADMIN_URL,
  dataDir: resolve(values.REKEY_DATA_DIR),
  redisUrl: values.REDIS_URL,
});
