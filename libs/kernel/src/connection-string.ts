/** Where a PostgreSQL is, and as whom to connect to it. */
export interface ConnectionString {
  /** In the order in which they are tried. Undefined: the default of the driver. A host that begins with `/` is the folder of a socket. */
  hosts: { host?: string; address?: string; port?: number }[];
  user?: string;
  password?: string;
  database?: string;
  /** How TLS is used; `prefer` when omitted. */
  sslmode: SslMode;
  /** Which server of several is wanted. */
  target: TargetSession;
  /** All other parameters, as they are written. */
  parameters: Readonly<Record<string, string>>;
}

/** libpq's modes, and node-postgres' own `no-verify`. */
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
export type SslMode = (typeof sslModes)[number];

const targetSessions = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type TargetSession = (typeof targetSessions)[number];

/**
 * Reads a connection string as libpq does (PostgreSQL documentation, "Connection Strings"): a URI, also with several hosts, or
 * `keyword=value` pairs. A password may contain `@`, `#` and `?` as they are; `%` and `/` are percent-encoded. Parameters that libpq does not
 * know are kept: tools put their own there.
 *
 * @throws {Error} naming what is wrong, without the values
 */
export function readConnectionString(text: string): ConnectionString {
  const read = /^postgres(ql)?:\/\//.test(text) ? readUri(text) : readKeywords(text);
  const { host, hostaddr, port, user, password, dbname, sslmode, ssl, target_session_attrs, ...parameters } =
    read;
  const hosts = placesOf(host, hostaddr, port);
  return {
    hosts,
    ...(user ? { user } : {}),
    ...(password ? { password } : {}),
    ...(dbname ? { database: dbname } : {}),
    sslmode: oneOf(sslModes, 'sslmode', sslmode ?? fromSsl(ssl)),
    // Rekey always writes, so of several servers it needs the one that can be written.
    target: oneOf(
      targetSessions,
      'target_session_attrs',
      target_session_attrs ?? (hosts.length > 1 ? 'read-write' : 'any'),
    ),
    parameters,
  };
}

/** Whether {@link readConnectionString} can read it. */
export function isConnectionString(text: string): boolean {
  try {
    readConnectionString(text);
    return true;
  } catch {
    return false;
  }
}

type Read = Record<string, string>;

function readUri(text: string): Read {
  const [, afterScheme = ''] = /^postgres(?:ql)?:\/\/(.*)$/s.exec(text) ?? [];
  const [beforePath = ''] = afterScheme.split('/', 1);
  const at = beforePath.lastIndexOf('@');
  const login = at < 0 ? '' : beforePath.slice(0, at);
  const [, authority = '', path = '', query = ''] =
    /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(afterScheme.slice(at + 1)) ?? [];
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(login) ?? [];
  const given = Object.fromEntries(
    query.split('&').flatMap((pair) => {
      if (pair === '') return [];
      const [, name = '', value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
      if (value === undefined) throw new Error('a parameter without a value');
      return [[decoded(name), decoded(value)]];
    }),
  );
  const places = authority === '' ? [] : authority.split(',').map(readPlace);
  return {
    ...(places.some(({ host }) => host) ? { host: places.map(({ host }) => host).join(',') } : {}),
    ...(places.some(({ port }) => port) ? { port: places.map(({ port }) => port).join(',') } : {}),
    user: decoded(user),
    password: decoded(password),
    dbname: decoded(path),
    ...given,
  };
}

function readPlace(text: string): { host: string; port: string } {
  const [matched, inBrackets, plain = '', port = ''] =
    /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text) ?? [];
  if (matched === undefined) throw new Error('a host that cannot be read');
  return { host: decoded(inBrackets ?? plain), port };
}

function readKeywords(text: string): Read {
  const read: Read = {};
  const pair = /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gsy;
  let end = 0;
  for (let found = pair.exec(text); found; found = pair.exec(text)) {
    const [, name = '', quoted, plain = ''] = found;
    read[name] = (quoted ?? plain).replace(/\\(.)/gs, '$1');
    end = pair.lastIndex;
  }
  if (end === 0 || text.slice(end).trim() !== '') throw new Error('not a connection string');
  return read;
}

function placesOf(hosts = '', addresses = '', ports = ''): ConnectionString['hosts'] {
  const [host, address, port] = [hosts, addresses, ports].map((list) => list.split(',')) as [
    string[],
    string[],
    string[],
  ];
  const count = Math.max(host.length, address.length);
  if ((hosts && host.length !== count) || (addresses && address.length !== count))
    throw new Error('not as many hosts as addresses');
  if (port.length > 1 && port.length !== count) throw new Error('not as many ports as hosts');
  return Array.from({ length: count }, (_, at) => {
    const its = { host: host[at], address: address[at], port: port.length > 1 ? port[at] : port[0] };
    return {
      ...(its.host ? { host: its.host } : {}),
      ...(its.address ? { address: its.address } : {}),
      ...(its.port ? { port: portOf(its.port) } : {}),
    };
  });
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error('a port that is no port');
  return port;
}

/** `ssl=true` is JDBC's, which libpq reads as well. */
function fromSsl(ssl: string | undefined): string {
  if (ssl === undefined) return 'prefer';
  if (ssl === 'true' || ssl === '1') return 'require';
  return ssl === 'false' || ssl === '0' ? 'disable' : ssl;
}

function oneOf<Name extends string>(names: readonly Name[], parameter: string, text: string): Name {
  const found = names.find((name) => name === text);
  if (!found) throw new Error(`${parameter}: not one of ${names.join(', ')}`);
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('a percent sign that encodes nothing');
  }
}
