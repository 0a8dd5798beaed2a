import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  certFile: string;
  keyFile: string;
  /** The issuing certificate in PEM: itself, or an authority that the server does not send. */
  ca: Buffer;
  remove(): void;
}

const kinds = { ec: 'ec -pkeyopt ec_paramgen_curve:prime256v1', rsa: 'rsa:2048' };

/**
 * A certificate for one name, made with openssl.
 *
 * @param of.by an authority of its own signs it; otherwise it is self-signed
 * @param of.kind of its key; elliptic (P-256) by default
 * @returns undefined, with a warning, when there is no openssl
 */
export function certificateFor(
  name: string,
  { by = 'itself', kind = 'ec' }: { by?: 'itself' | 'authority'; kind?: 'ec' | 'rsa' } = {},
): Certificate | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-tls-'));
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const [caCert, caKey] = [join(folder, 'ca.pem'), join(folder, 'ca-key.pem')];
  const make = (subject: string, key: string, cert: string, more: string[]) =>
    execFileSync(
      'openssl',
      [
        ...`req -x509 -newkey ${kinds[kind]} -nodes -days 2`.split(' '),
        ...['-subj', `/CN=${subject}`, '-keyout', key, '-out', cert, ...more],
      ],
      { stdio: 'pipe' },
    );
  const named = ['-addext', `subjectAltName=DNS:${name}`];
  try {
    if (by === 'authority') {
      make('an authority', caKey, caCert, []);
      make(name, keyFile, certFile, [
        ...named,
        ...['-addext', 'basicConstraints=critical,CA:FALSE', '-CA', caCert, '-CAkey', caKey],
      ]);
    } else make(name, keyFile, certFile, named);
  } catch (fault) {
    rmSync(folder, { recursive: true });
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
    process.stdout.write('HTTPS is not tried: there is no openssl here to make a certificate\n');
    return undefined;
  }
  return {
    certFile,
    keyFile,
    ca: readFileSync(by === 'authority' ? caCert : certFile),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
