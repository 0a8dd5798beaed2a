import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ProcessName } from './settings.js';
import { type Values, variables } from './variables.js';

const servers: ProcessName[] = ['recovery', 'courier', 'issuer', 'console', 'standalone'];

/** For a process that serves TLS: returns what is wrong with the certificate and its key, without repeating their content. */
export function tlsProblems(
  process: ProcessName,
  { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile }: Values,
): string[] {
  if (Boolean(certFile) !== Boolean(keyFile))
    return ['TLS_CERT_FILE and TLS_KEY_FILE: only one is set; allowed: both or none'];
  if (!certFile || !keyFile || !servers.includes(process)) return [];
  const alone = [
    ...problemOf('TLS_CERT_FILE', certFile, () => createSecureContext({ cert: readFileSync(certFile) })),
    ...problemOf('TLS_KEY_FILE', keyFile, () => createSecureContext({ key: readFileSync(keyFile) })),
  ];
  if (alone.length > 0) return alone;
  return problemOf('TLS_KEY_FILE', keyFile, () => {
    // OpenSSL would accept a certificate and a key of two kinds, each on its own.
    const certificate = new X509Certificate(readFileSync(certFile));
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))))
      throw new Error('does not match the certificate');
  });
}

/** @param use throws the reason: a code of the file system or of OpenSSL, otherwise words */
function problemOf(name: 'TLS_CERT_FILE' | 'TLS_KEY_FILE', file: string, use: () => unknown): string[] {
  try {
    use();
    return [];
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    return [
      `${name}: read ${JSON.stringify(file)} (${code ?? message}); allowed: ${variables[name].allowed}`,
    ];
  }
}
