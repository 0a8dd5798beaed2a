import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsProblems } from './tls-files.js';

describe('the files of TLS', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rekey-tls-files-'));
    writeFileSync(join(folder, 'empty'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const problems = (cert: string, key: string, process: 'recovery' | 'keys' = 'recovery') =>
    tlsProblems(process, { TLS_CERT_FILE: join(folder, cert), TLS_KEY_FILE: join(folder, key) });
  const refusal = (name: string, file: string, why: string, allowed: string) => {
    const all = `${name}: read "${folder}/${file}" (${why}); allowed: a readable file with ${allowed} (PEM)`;
    return expect.stringMatching(new RegExp(`^${all.replace(/[()]/g, '\\$&')}(, without a passphrase)?$`));
  };
  const certProblem = (file: string, why: string) => refusal('TLS_CERT_FILE', file, why, 'a certificate');
  const keyProblem = (file: string, why: string) =>
    refusal('TLS_KEY_FILE', file, why, 'the private key of the certificate');
  /** Each version of OpenSSL has its own words. */
  const openSslSays = 'ERR_\\w+';

  test('that cannot be read or hold something else are both named, for who serves', () => {
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

  test('are a certificate and its own key', () => {
    const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
    const pair = (name: string, ...kind: string[]) =>
      openssl(
        ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-newkey', ...kind],
        ...['-keyout', `${name}.key`, '-out', `${name}.pem`],
      );
    try {
      pair('one', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1');
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
      process.stdout.write('a certificate is not tried: there is no openssl here to make one\n');
      return;
    }
    pair('two', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1');
    pair('rsa', 'rsa:2048');
    openssl('pkcs8', '-topk8', '-passout', 'pass:secret', '-in', 'one.key', '-out', 'locked.key');

    expect([problems('one.pem', 'one.key'), problems('rsa.pem', 'rsa.key')]).toEqual([[], []]);
    expect(problems('one.key', 'one.pem')).toEqual([
      certProblem('one.key', openSslSays),
      keyProblem('one.pem', openSslSays),
    ]);
    expect(problems('one.pem', 'locked.key')).toEqual([keyProblem('locked.key', openSslSays)]);
    for (const other of ['two.key', 'rsa.key'])
      expect(problems('one.pem', other)).toEqual([keyProblem(other, 'not the key of the certificate')]);
  });
});
