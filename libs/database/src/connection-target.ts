import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { type ConnectionString, readConnectionString, type SslMode } from '@rekey/kernel';
import type { ClientConfig } from 'pg';

/** One way to connect. */
export interface Way {
  host?: string;
  port?: number;
  ssl: false | ConnectionOptions;
}

/** A connection string in the terms of node-postgres. */
export interface ConnectionTarget {
  /** What all ways have in common. */
  config: ClientConfig;
  /** In the order in which libpq tries them. */
  ways: [Way, ...Way[]];
  /** They lead to more than one server. */
  hasSeveralHosts: boolean;
  wanted: ConnectionString['target'];
  /** Milliseconds for one way, before the next one is tried. */
  timeoutMs: number;
}

/** Per host, when `connect_timeout` does not say. */
const defaultTimeoutMs = 5_000;

/**
 * node-postgres does not know several hosts, and reads `sslmode` otherwise than libpq: `require` would verify the certificate, and `prefer`
 * would not do without TLS.
 *
 * @throws {Error} when the string cannot be read, or names a file that cannot be
 */
export function connectionTarget(text: string): ConnectionTarget {
  const { hosts, sslmode, target, parameters, user, password, database } = readConnectionString(text);
  const { application_name, options, channel_binding, sslnegotiation, connect_timeout } = parameters;
  const ways = hosts.flatMap(({ host, address, port }) => {
    const isSocket = (address ?? host)?.startsWith('/');
    const of = isSocket ? [false as const] : tlsOf(sslmode, parameters, address ? host : undefined);
    const at = address ?? host;
    return of.map((ssl): Way => ({ ...(at ? { host: at } : {}), ...(port ? { port } : {}), ssl }));
  });
  return {
    config: {
      user,
      password,
      database,
      ...(application_name ? { application_name } : {}),
      ...(options ? { options } : {}),
      ...(channel_binding === 'require' ? { enableChannelBinding: true } : {}),
      ...(sslnegotiation === 'direct' ? { sslnegotiation } : {}),
    },
    ways: ways as [Way, ...Way[]],
    hasSeveralHosts: hosts.length > 1,
    wanted: target,
    timeoutMs: Number(connect_timeout) > 0 ? Number(connect_timeout) * 1_000 : defaultTimeoutMs,
  };
}

/** @returns milliseconds in which all ways of a connection string can be tried; the usual time when it cannot be read */
export function connectionTimeoutMs(text: string): number {
  try {
    const { ways, hasSeveralHosts, timeoutMs } = connectionTarget(text);
    return hasSeveralHosts ? (ways.length + 1) * timeoutMs : timeoutMs;
  } catch {
    return defaultTimeoutMs;
  }
}

type Parameters = ConnectionString['parameters'];

/** libpq's documentation, "SSL Mode Descriptions": what is tried, in this order. */
function tlsOf(mode: SslMode, parameters: Parameters, servername: string | undefined): Way['ssl'][] {
  const own = mode === 'disable' ? {} : certificateOf(parameters);
  const named = servername === undefined ? {} : { servername };
  const unverified: ConnectionOptions = { ...own, ...named, rejectUnauthorized: false };
  const ca = mode === 'disable' || mode === 'no-verify' ? undefined : authorityOf(parameters);
  const verified: ConnectionOptions = { ...own, ...named, ...(ca ? { ca } : {}) };
  // Against an authority of your own, a certificate for another name is still one of yours.
  const byAuthority: ConnectionOptions = { ...verified, checkServerIdentity: () => undefined };
  switch (mode) {
    case 'disable':
      return [false];
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return [unverified, false];
    case 'no-verify':
      return [unverified];
    case 'require':
      if (parameters.sslrootcert === 'system') return [verified];
      return [ca ? byAuthority : unverified];
    case 'verify-ca':
      // Public authorities certify everybody, so without one of your own the name decides.
      return [ca ? byAuthority : verified];
    case 'verify-full':
      return [verified];
  }
}

/** `system`: those that Node.js trusts. */
const authorityOf = ({ sslrootcert }: Parameters): string | undefined =>
  sslrootcert === 'system' ? undefined : textOf('sslrootcert', sslrootcert, 'root.crt');

function certificateOf({ sslcert, sslkey, sslpassword }: Parameters): ConnectionOptions {
  const cert = textOf('sslcert', sslcert, 'postgresql.crt');
  const key = cert === undefined ? undefined : textOf('sslkey', sslkey, 'postgresql.key');
  return {
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(sslpassword ? { passphrase: sslpassword } : {}),
  };
}

/** The content of a file: the one that is named, otherwise libpq's default one, if there is one. */
function textOf(parameter: string, path: string | undefined, usual: string): string | undefined {
  const file = path ?? join(homedir(), '.postgresql', usual);
  if (path === undefined && !existsSync(file)) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (fault) {
    throw new Error(`${parameter}: ${file} cannot be read (${Object(fault).code})`);
  }
}
