import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccountToPut, putAccount } from '@rekey/accounts';
import { openDatabase } from '@rekey/database';
import { loadSettings } from '@rekey/settings';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { until } from '../flows/rekey.js';
import { createDatabase } from '../runner/database.js';
import { freePort } from '../runner/free-port.js';
import { type AppProcess, RunningClock, startApp } from './app-process.js';

const names = ['recovery', 'courier', 'issuer'] as const;
type Name = (typeof names)[number];

/** An account to put, with a verified mail address. */
export const ada: AccountToPut = {
  id: 'ada',
  addresses: [{ kind: 'email', value: 'ada@example.com', verified: true }],
  roles: [],
  status: 'active',
};

type LogLine = Record<string, unknown>;

/** A recovery in a deployment: each app is its own process. Needs a build. */
export interface Deployment {
  urls: Record<Name, string>;
  /** For one more process of it: `startApp`. */
  settings: { databaseUrl: string; dataDir: string; urls: Record<Name, string> };
  /**
   * The lines of a log that are wanted, once there are so many: a line may be read later than what it is about is seen.
   *
   * @param atLeast one when omitted
   */
  log(name: Name, isWanted: (line: LogLine) => boolean, atLeast?: number): Promise<LogLine[]>;
  /** All of their output. */
  output(): string;
  /** Mails as received over SMTP, decoded far enough to search for a code or an address. */
  mails(): string[];
  put(account: AccountToPut): Promise<void>;
  /** Runs SQL as the owner. */
  sql<Row extends object>(text: string): Promise<Row[]>;
  /** SIGTERM to one process. @returns its exit code */
  end(name: Name): Promise<number | null>;
  /** Starts one that has ended, maybe with other settings. */
  startAgain(name: Name, environment?: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

export async function startDeployment(environment: Record<string, string> = {}): Promise<Deployment> {
  const postgres = await createDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'rekey-deployment-'));
  const mails: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    async onData(stream, _session, accept) {
      const chunks: Buffer[] = await stream.toArray();
      // Soft line breaks of quoted-printable, and its equals sign.
      mails.push(Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '='));
      accept();
    },
  });
  smtp.on('error', () => undefined);
  const smtpPort = await listen(smtp.server as Server);
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await freePort()])),
  ) as Record<Name, number>;
  const urls = Object.fromEntries(names.map((name) => [name, `http://localhost:${ports[name]}`])) as Record<
    Name,
    string
  >;
  const settings = { databaseUrl: postgres.url, dataDir, urls };
  const more = { LOG_LEVEL: 'info', SMTP_URL: `smtp://127.0.0.1:${smtpPort}`, ...environment };
  const start = (name: Name, over: Record<string, string> = {}) =>
    startApp(
      name,
      { settings, clock: new RunningClock() },
      { port: ports[name], environment: { ...more, ...over } },
    );
  const started = names.map(async (name) => [name, await start(name)] as const);
  const apps = Object.fromEntries(await Promise.all(started)) as Record<Name, AppProcess>;
  const output = (name: Name) => apps[name].output();
  return {
    urls,
    settings,
    log: (name, isWanted, atLeast = 1) =>
      until(`${atLeast} lines of ${name}`, async () => {
        const lines: LogLine[] = output(name)
          .split('\n')
          .filter((line) => line.startsWith('{') && line.endsWith('}'))
          .map((line) => JSON.parse(line));
        const wanted = lines.filter(isWanted);
        return wanted.length >= atLeast ? wanted : undefined;
      }),
    output: () => names.map(output).join('\n'),
    mails: () => mails,
    async put(account) {
      const { keyring } = loadSettings({ DATABASE_URL: postgres.url, REKEY_DATA_DIR: dataDir }, 'recovery');
      const database = await openDatabase({ url: postgres.url, name: 'spec' });
      try {
        expect(await putAccount({ database, keyring }, Date.now(), account)).toEqual({ created: true });
      } finally {
        await database.close();
      }
    },
    async sql(text) {
      const client = new pg.Client({ connectionString: postgres.adminUrl });
      await client.connect();
      try {
        return (await client.query(text)).rows as never;
      } finally {
        await client.end();
      }
    },
    end: (name) => apps[name].end(),
    async startAgain(name, over) {
      apps[name] = await start(name, over);
    },
    async close() {
      await Promise.all(names.map((name) => apps[name].kill()));
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      await postgres.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A span in the JSON of OTLP/HTTP, with its service. */
export interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: unknown }[];
  status: object;
}

/** The HTTP side of an OpenTelemetry collector. */
export interface Collector {
  url: string;
  spans(): Span[];
  /** The bodies as received. */
  text(): string;
  /** The headers of each call. */
  header(name: string): Set<unknown>;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const seen: Record<string, unknown>[] = [];
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = await request.toArray();
    seen.push({ ...request.headers, ':path': request.url });
    bodies.push(Buffer.concat(chunks).toString());
    reply.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    text: () => bodies.join('\n'),
    header: (name) => new Set(seen.map((headers) => headers[name])),
    spans: () =>
      bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }: Resource) =>
          scopeSpans.flatMap(({ spans }) =>
            spans.map((span) => ({
              ...span,
              service: resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue,
            })),
          ),
        ),
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Resource {
  resource: { attributes: { key: string; value: { stringValue: string } }[] };
  scopeSpans: { spans: Span[] }[];
}
