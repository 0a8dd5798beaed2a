import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@rekey/database';
import { type Channel, type Clock, MovableClock } from '@rekey/kernel';
import { loadSettings, type Settings } from '@rekey/settings';
import pg from 'pg';
import { runStandalone, type Standalone, type SweepPeriods } from '../../apps/standalone/src/app.js';
import { createDatabase } from '../runner/database.js';
import { freePort } from '../runner/free-port.js';
import { rolesOf } from '../runner/template.js';
import { brokenPromise } from './promised.js';

/** Any JSON of a response or a row; the test checks its content. */
type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
  text: string;
}

export interface CaughtMessage {
  id: string;
  channel: Channel;
  to: string;
  from: string;
  subject?: string;
  text: string;
  html?: string;
  headers?: Record<string, string>;
}

/** All of Rekey over HTTP, on its own database, with a clock that the test controls. */
export interface Rekey {
  settings: Settings;
  clock: MovableClock;
  standalone: Standalone;
  mailboxUrl: string;
  /** Runs as the superuser: a test may forge what the product may not. */
  sql(text: string, values?: unknown[]): Promise<Json[]>;
  call(method: string, url: string, options?: CallOptions): Promise<Answer>;
  /** Posts a form to the issuer. */
  token(form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  messages(to: string): Promise<CaughtMessage[]>;
  /** Waits for the n-th message to this address. */
  message(to: string, n?: number): Promise<CaughtMessage>;
  /** The messages with a code to this address, newest first. */
  codes(to: string): Promise<CaughtMessage[]>;
  /** Waits until every message was sent or dropped. */
  idle(): Promise<void>;
  /** The product's own access to the same database, open as long as this Rekey runs. */
  openDatabase(): Promise<Database>;
  /** Registers a close of something that uses the database of this Rekey, to run before the database goes. */
  beforeClose(end: () => Promise<unknown>): void;
  close(): Promise<void>;
}

export interface CallOptions {
  json?: unknown;
  bearer?: string | undefined;
  headers?: Record<string, string> | undefined;
}

export interface RekeyOptions {
  clock?: Clock | undefined;
  /** Settings over those of every test; with `DATABASE_URL` the database outlives this start, for tests across a restart. */
  environment?: Record<string, string> | undefined;
  sweepPeriods?: Partial<SweepPeriods> | undefined;
}

/** For tests that compare rows: no sweep but that of messages writes in between. */
export const stillSweeps: Partial<SweepPeriods> = Object.fromEntries(
  ['recoveries', 'sms_proven', 'sms_cost', 'audit', 'audit_upkeep', 'audit_anchors'].map((name) => [
    name,
    3_600_000,
  ]),
);

/**
 * All of Rekey for the tests of a block: started before the first, closed after the last.
 *
 * @param options a function when they depend on something that starts first
 */
export function useRekey(options: RekeyOptions | (() => Promise<RekeyOptions>) = {}): Rekey {
  let running: Rekey | undefined;
  beforeAll(async () => {
    running = await startRekey(typeof options === 'function' ? await options() : options);
  });
  afterAll(() => running?.close());
  return new Proxy({} as Rekey, {
    get(_target, name) {
      if (!running) throw new Error('Rekey has not started: use it in tests and hooks only');
      return Reflect.get(running, name);
    },
  });
}

/** One Rekey, which the test itself closes. */
export async function startRekey({ environment, ...options }: RekeyOptions = {}): Promise<Rekey> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    return await start({ environment, ...options }, closing, close);
  } catch (fault) {
    await close();
    throw fault;
  }
}

async function start(
  options: RekeyOptions,
  closing: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Rekey> {
  const given = options.environment?.DATABASE_URL;
  const database = given ? { ...rolesOf(given), drop: async () => undefined } : await createDatabase();
  closing.push(database.drop);
  const dataDir = await mkdtemp(join(tmpdir(), 'rekey-flow-'));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));
  const clock = (options.clock as MovableClock) ?? new MovableClock(Date.now());
  const [recovery, issuer, console_, mailbox] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const settings = loadSettings(
    {
      DATABASE_URL: database.url,
      DATABASE_OWNER_URL: database.ownerUrl,
      REKEY_DATA_DIR: dataDir,
      RECOVERY_PORT: String(recovery),
      ISSUER_PORT: String(issuer),
      CONSOLE_PORT: String(console_),
      MAILBOX_PORT: String(mailbox),
      LOG_LEVEL: 'warn',
      // Each test has its own household.
      TRUST_PROXY: '127.0.0.1,::1',
      ...options.environment,
    },
    'standalone',
  );
  const standalone = await runStandalone(settings, {
    clock,
    // A sweep finds notifications; a test must not wait a second for it.
    sweepPeriods: { messages: 50, ...options.sweepPeriods },
  });
  closing.push(() => standalone.close());
  const pool = new pg.Pool({ connectionString: database.adminUrl, max: 4 });
  // A test may kill the server under it.
  pool.on('error', () => undefined);
  closing.push(() => pool.end());
  const mailboxUrl = standalone.mailbox?.url ?? '';

  const call: Rekey['call'] = async (method, url, { json, bearer, headers = {} } = {}) => {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        'x-forwarded-for': household,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    });
    const answer = await read(response);
    keepsPromise(settings, method, url, answer);
    return answer;
  };
  const messages: Rekey['messages'] = async (to) => {
    const { body } = await call('GET', `${mailboxUrl}/messages?to=${encodeURIComponent(to)}`);
    return body.messages;
  };
  const sql: Rekey['sql'] = async (text, values) => (await pool.query(text, values)).rows;
  return {
    settings: standalone.settings,
    clock,
    standalone,
    mailboxUrl,
    call,
    messages,
    codes: async (to) => (await messages(to)).filter((message) => codePattern(message).test(message.text)),
    sql,
    async token(form, headers = {}) {
      const response = await fetch(`${settings.urls.issuer}/oauth2/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(form).toString(),
      });
      const answer = await read(response);
      keepsPromise(settings, 'POST', response.url, answer);
      return answer;
    },
    async message(to, n = 1) {
      return until(`message ${n} to ${to}`, async () => {
        const all = await messages(to);
        return all.length >= n ? all.at(-n) : undefined;
      });
    },
    async idle() {
      await until('every message to be looked after', async () => {
        const [row] = await sql(`select count(*)::int as n from messages where state = 'queued'`);
        return row.n === 0 || undefined;
      });
    },
    async openDatabase() {
      const opened = await openDatabase({ url: database.url, name: 'spec', poolSize: 4 });
      closing.push(() => opened.close());
      return opened;
    },
    beforeClose: (end) => void closing.push(end),
    close,
  };
}

/** @throws when the OpenAPI file of the app behind this URL does not promise the response */
function keepsPromise({ urls }: Settings, method: string, url: string, answer: Answer): void {
  const app = Object.entries(urls).find(([, base]) => url.startsWith(base))?.[0] ?? '';
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const broken = brokenPromise(
    app,
    { method, path: new URL(url).pathname },
    { status: answer.status, type, body: answer.body },
  );
  if (broken) throw new Error(broken);
}

let household = '198.51.100.1';

/** The next requests come from a new source. */
export function newHousehold(): string {
  const [a, b, c] = [0, 0, 0].map(() => 1 + Math.floor(Math.random() * 250));
  household = `10.${a}.${b}.${c}`;
  return household;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // Not every response is JSON.
  }
  return { status: response.status, headers: response.headers, body, text };
}

/** Shorter than the limit of a test, so that a timeout names what was awaited. */
const waitedMs = 240_000;

/** Polls until there is a value; a test waits for background work, and never sleeps for it. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + waitedMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const codePattern = ({ channel }: CaughtMessage): RegExp =>
  channel === 'sms' ? /#(\d{6,20})$/ : /^ {4}(\d{4}(?: \d{1,4})+)$/m;

export const codeIn = (message: CaughtMessage): string => {
  const code = codePattern(message).exec(message.text)?.[1];
  if (!code) throw new Error(`no code in: ${message.text}`);
  return code;
};

export const stopTokenIn = (message: CaughtMessage): string => {
  const token = /\/stop\?token=([\w-]+)/.exec(message.text)?.[1];
  if (!token) throw new Error(`no stop link in: ${message.text}`);
  return token;
};
