import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Certificate, certificateFor } from '../../../../test/flows/certificate.js';
import { tlsProblems } from './tls-files.js';

describe('the files of TLS', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rekey-tls-files-'));
    writeFileSync(join(folder, 'empty'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const problems = (cert: string, key: string, process: 'recovery' | 'keys' = 'recovery') =>
    tlsProblems(process, { TLS_CERT_FILE: resolve(folder, cert), TLS_KEY_FILE: resolve(folder, key) });
  const refusal = (name: string, file: string, why: string, allowed: string) => {
    const all = `${name}: read "${resolve(folder, file)}" (${why}); allowed: a readable file with ${allowed} (PEM)`;
    return expect.stringMatching(new RegExp(`^${all.replace(/[()]/g, '\\$&')}(, without a passphrase)?$`));
  };
  const certProblem = (file: string, why: string) => refusal('TLS_CERT_FILE', file, why, 'a certificate');
  const keyProblem = (file: string, why: string) =>
    refusal('TLS_KEY_FILE', file, why, 'the private key of the certificate');
  /** Each version of OpenSSL has its own error codes. */
  const openSslSays = 'ERR_\\w+';

  test('unreadable or invalid files are both named', () => {
    expect(problems('nowhere', 'empty')).toEqual([
      certProblem('nowhere', 'ENOENT'),
      keyProblem('empty', openSslSays),
    ]);
    expect(problems('empty', 'nowhere')).toEqual([
      certProblem('empty', openSslSays),
      keyProblem('nowhere', 'ENOENT'),
    ]);
    expect(problems('nowhere', 'empty', 'keys')).toEqual([]);
  });

  test('must be a certificate and its own key', () => {
    const [one, two, rsa] = [{}, {}, { kind: 'rsa' as const }].map((of) => certificateFor('localhost', of));
    if (!one || !two || !rsa) return;
    const locked = join(folder, 'locked.key');
    const key = createPrivateKey(readFileSync(one.keyFile));
    const passphrase = { cipher: 'aes-256-cbc', passphrase: 'secret' };
    writeFileSync(locked, key.export({ type: 'pkcs8', format: 'pem', ...passphrase }));

    const ofPair = ({ certFile, keyFile }: Certificate) => problems(certFile, keyFile);
    expect([one, rsa].map(ofPair)).toEqual([[], []]);
    expect(problems(one.keyFile, one.certFile)).toEqual([
      certProblem(one.keyFile, openSslSays),
      keyProblem(one.certFile, openSslSays),
    ]);
    expect(problems(one.certFile, locked)).toEqual([keyProblem(locked, openSslSays)]);
    for (const { keyFile } of [two, rsa])
      expect(problems(one.certFile, keyFile)).toEqual([
        keyProblem(keyFile, 'does not match the certificate'),
      ]);
    for (const certificate of [one, two, rsa]) certificate.remove();
  });
});
