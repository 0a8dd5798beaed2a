import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ProcessName } from '../run.js';
import { file, type Given, type Variable } from '../variable.js';

const servers: ProcessName[] = ['recovery', 'courier', 'issuer', 'console', 'standalone'];

export const tlsVariables = {
  TLS_CERT_FILE: {
    meaning: 'certificate (PEM) for HTTPS. It is reloaded when it changes',
    unset: 'none: plain HTTP',
    ...file,
    allowed: 'a readable file with a certificate (PEM)',
  },
  TLS_KEY_FILE: {
    meaning: 'private key (PEM) of the certificate',
    ...file,
    allowed: 'a readable file with the private key of the certificate (PEM), without a passphrase',
  },
} satisfies Record<string, Variable>;

/** For a process that serves TLS: returns what is wrong with the certificate and its key, without repeating their content. */
export function tlsProblems(
  process: ProcessName,
  { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile }: Given<typeof tlsVariables>,
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
function problemOf(name: keyof typeof tlsVariables, path: string, use: () => unknown): string[] {
  try {
    use();
    return [];
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    return [
      `${name}: read ${JSON.stringify(path)} (${code ?? message}); allowed: ${tlsVariables[name].allowed}`,
    ];
  }
}
