import { z } from 'zod';
import type { ProcessName, Run } from '../run.js';
import {
  baseUrl,
  type Given,
  isNeeded,
  list,
  network,
  notSetInProduction,
  port,
  publicUrl,
  text,
  type Values,
  type Variable,
} from '../variable.js';
import { tlsProblems, tlsVariables } from './tls-files.js';

const recovery = port('the recovery API and pages', 3000);
const issuer = port('the token issuer', 3001);
const console = port('the management API', 3002);

const localUrl = (number: number, scheme = 'http') => `${scheme}://localhost:${number}`;
const publicBase = (of: string, { default: number }: { default: number }) => ({
  meaning: `public base URL of ${of}; links use it, never a request header`,
  unset: `${localUrl(number)}; https with \`TLS_CERT_FILE\``,
  ...baseUrl,
});
/** For https, Node.js itself reads NODE_EXTRA_CA_CERTS. */
const internalBase = (of: string, callers: string, publicName: string) => ({
  meaning: `base URL at which ${callers} reach ${of}, if \`${publicName}\` does not lead there from inside of the deployment (see "Deploy")`,
  unset: `\`${publicName}\``,
  ...baseUrl,
});

/** Where the processes listen, and who may reach them. */
export const endpointVariables = {
  LISTEN_HOST: text(
    'host name or IP address to listen on',
    { default: 'localhost' },
    'a host name or an IP address',
  ),
  RECOVERY_PORT: recovery,
  ISSUER_PORT: issuer,
  CONSOLE_PORT: console,
  MAILBOX_PORT: port('the development mailbox', 3003),
  COURIER_PORT: port("the courier's health checks, when it runs as its own process", 3004),
  RECOVERY_URL: {
    ...publicBase('the recovery API and pages', recovery),
    neededBy: ['recovery', 'courier', 'issuer'],
  },
  ISSUER_URL: {
    ...publicBase('the token issuer', issuer),
    neededBy: ['recovery', 'issuer', 'console'],
  },
  CONSOLE_URL: {
    ...publicBase('the console and the management API', console),
    neededBy: ['console', 'staff', 'standalone'],
  },
  ISSUER_INTERNAL_URL: internalBase(
    'the issuer',
    'recovery, `npm run accounts` and `npm run tokens`',
    'ISSUER_URL',
  ),
  CONSOLE_INTERNAL_URL: internalBase('the management API', '`npm run accounts`', 'CONSOLE_URL'),
  DRAIN_SECONDS: {
    meaning:
      'seconds that a process still serves after SIGTERM while `/health/ready` says 503, so that a load balancer stops sending requests before the port closes (see "Deploy")',
    default: 0,
    allowed: 'a whole number from 0 to 60',
    schema: z
      .string()
      .regex(/^\d{1,2}$/)
      .transform(Number)
      .pipe(z.number().max(60)),
  },
  ...tlsVariables,
  TRUST_PROXY: {
    meaning: 'proxies whose forwarding headers are trusted, by IP address, network or range, comma-separated',
    default: [],
    allowed:
      'IP addresses, networks such as 10.0.0.0/8, and the ranges loopback, linklocal and uniquelocal, comma-separated',
    schema: list(network),
  },
  CORS_ORIGINS: {
    meaning: 'origins whose scripts may call the recovery API and the issuer, comma-separated',
    default: [],
    unset: 'none; development: the example page',
    allowed: 'origins such as https://app.example.com, comma-separated, without a path',
    schema: list(publicUrl('http:', 'https:').refine((text) => new URL(text).origin === text)),
  },
  SIGN_IN_URL: {
    meaning: 'sign-in page to link to after a recovery that no app started',
    unset: 'none: the page asks the person to go back to the app',
    allowed: 'an http:// or https:// URL without user',
    schema: publicUrl('http:', 'https:'),
  },
} satisfies Record<string, Variable>;

type Variables = typeof endpointVariables;

/** Commands call the other processes: inside of the deployment, or else by the public URL. */
const called = [
  { by: ['import', 'tokens'], internal: 'ISSUER_INTERNAL_URL', name: 'ISSUER_URL' },
  { by: ['import'], internal: 'CONSOLE_INTERNAL_URL', name: 'CONSOLE_URL' },
] as const satisfies { by: ProcessName[]; internal: keyof Variables; name: keyof Variables }[];

export function endpointProblems(given: Given<Variables>, run: Run): string[] {
  const calls = called
    .filter(({ by, internal }) => by.some((name) => name === run.process) && !given[internal])
    .map(({ name }) => name);
  const isUsed = (name: 'RECOVERY_URL' | 'ISSUER_URL' | 'CONSOLE_URL') =>
    isNeeded(endpointVariables[name], run) || (run.production && calls.some((one) => one === name));
  const plain = (['RECOVERY_URL', 'ISSUER_URL', 'CONSOLE_URL'] as const).filter(
    (name) => isUsed(name) && given[name]?.startsWith('http:'),
  );
  return [
    ...calls.filter((name) => run.production && !given[name]).map((name) => notSetInProduction(name)),
    ...tlsProblems(run.process, given),
    ...plain.map(
      (name) => `${name}: read "${given[name]}"; allowed with NODE_ENV=production: an https:// URL`,
    ),
  ];
}

export function endpointSettings(values: Values<Variables>) {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = values;
  const ports = {
    recovery: values.RECOVERY_PORT,
    issuer: values.ISSUER_PORT,
    console: values.CONSOLE_PORT,
    mailbox: values.MAILBOX_PORT,
    courier: values.COURIER_PORT,
  };
  const local = (number: number) => localUrl(number, certFile ? 'https' : 'http');
  const urls = {
    recovery: values.RECOVERY_URL ?? local(ports.recovery),
    issuer: values.ISSUER_URL ?? local(ports.issuer),
    console: values.CONSOLE_URL ?? local(ports.console),
  };
  const { ISSUER_INTERNAL_URL: issuerInside, CONSOLE_INTERNAL_URL: consoleInside } = values;
  return {
    listenHost: values.LISTEN_HOST,
    ports,
    /** Public base URLs without a trailing slash. */
    urls,
    /** Where our own processes and commands call the others, in the same form, and the variable that says so. */
    called: {
      issuer: {
        url: issuerInside ?? urls.issuer,
        setting: issuerInside ? 'ISSUER_INTERNAL_URL' : 'ISSUER_URL',
      },
      console: {
        url: consoleInside ?? urls.console,
        setting: consoleInside ? 'CONSOLE_INTERNAL_URL' : 'CONSOLE_URL',
      },
    },
    /** Milliseconds from SIGTERM to the end of the listener. */
    drainMs: values.DRAIN_SECONDS * 1_000,
    tls: certFile && keyFile ? { certFile, keyFile } : undefined,
    /** Proxies, by IP, network or name of a range, whose forwarding headers are trusted. */
    trustProxy: values.TRUST_PROXY,
    /** Origins whose pages may call the APIs from script. */
    corsOrigins: values.CORS_ORIGINS,
    /** Where a person signs in after a recovery that no app started. */
    signInUrl: values.SIGN_IN_URL,
  };
}
