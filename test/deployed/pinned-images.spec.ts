import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const pulled: Record<string, string> = {
  'library/node/26.10.0-trixie-slim': '{"node":26}',
  'library/postgres/18.1': '{"postgres":18}',
  'bare/tool/1.2': '{"tool":1}',
};

/** `docker/pin.js` against a registry as the OCI Distribution Specification has it: a token first, then the digest in a header. */
describe('images of others are pinned by digest', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rekey-pin-'));
  const seen: string[] = [];
  let server: Server;
  let host: string;
  beforeAll(async () => {
    server = createServer(({ method, url = '', headers }, reply) => {
      seen.push(`${method} ${url}`);
      if (url.startsWith('/token')) return reply.end(JSON.stringify({ token: `for ${url.split('?')[1]}` }));
      const [, path = '', tag = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
      const needsToken = path.startsWith('library/');
      const token = `Bearer for service=registry&scope=${encodeURIComponent(`repository:${path}:pull`)}`;
      if (needsToken && headers.authorization !== token) {
        const challenge = `Bearer realm="http://${host}/token",service="registry",scope="repository:${path}:pull"`;
        return reply.writeHead(401, { 'www-authenticate': challenge }).end();
      }
      const manifest = pulled[`${path}/${tag}`];
      if (!manifest || !headers.accept?.includes('image.index.v1+json')) return reply.writeHead(404).end();
      // The header is optional.
      if (needsToken) reply.setHeader('docker-content-digest', digest(manifest));
      return reply.end(method === 'HEAD' ? undefined : manifest);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });

  const write = (name: string, text: string) => {
    const file = join(directory, name);
    writeFileSync(file, text.replaceAll('HOST', host));
    return file;
  };
  const pin = (...args: string[]) =>
    new Promise<{ code: number; said: string }>((resolve) => {
      execFile(process.execPath, ['docker/pin.js', ...args], (fault, out, err) =>
        resolve({ code: Number(fault?.code ?? 0), said: out + err }),
      );
    });
  const read = (file: string) => readFileSync(file, 'utf8').replaceAll(host, 'HOST');

  const node = `HOST/library/node:26.10.0-trixie-slim`;
  const postgres = 'HOST/library/postgres:18.1';
  const dockerfile = `# FROM nobody:1\nFROM ${node} AS base\nFROM --platform=linux/arm64 base\nFROM scratch\nCOPY --from=base / /\n`;
  const compose = `services:\n  a:\n    image: rekey\n  b:\n    image: "${postgres}" # theirs\n  c:\n    image: HOST/bare/tool:1.2\n  d:\n    image: ghcr.io/somebody/rekey:1.0\n  e:\n    image: \${REKEY_IMAGE:-rekey}\n`;
  const withDigest = (text: string) =>
    text
      .replace(node, `${node}@${digest('{"node":26}')}`)
      .replace(postgres, `${postgres}@${digest('{"postgres":18}')}`)
      .replace('bare/tool:1.2', `bare/tool:1.2@${digest('{"tool":1}')}`);

  test('each image without a digest gets it, ours and stages do not, and the check passes only then', async () => {
    const files = [write('Dockerfile', dockerfile), write('compose.yaml', compose)];
    const before = await pin('--check', ...files);
    expect([before.code, before.said.match(/ has no digest; /g)?.length, seen]).toEqual([1, 3, []]);
    expect((await pin(...files)).code).toBe(0);
    expect(files.map(read)).toEqual([withDigest(dockerfile), withDigest(compose)]);
    expect(await pin('--check', ...files)).toEqual({ code: 0, said: '' });
  });

  test('a digest that is there stays until it is renewed', async () => {
    const old = `FROM ${node}@${digest('old')}\n`;
    const file = write('Dockerfile', old);
    expect([(await pin(file)).code, read(file)]).toEqual([0, old]);
    expect([(await pin('--renew', file)).code, read(file)]).toEqual([
      0,
      `FROM ${node}@${digest('{"node":26}')}\n`,
    ]);
  });

  test.each([
    [
      'an image that the registry does not have',
      `${node}-gone`,
      /answered 404 to .*-gone; nothing was written/,
    ],
    ['an image without a tag', 'HOST/library/node', /has no tag/],
    ['a registry that is away', '127.0.0.1:1/library/node:26.1', /ECONNREFUSED|bad port/],
  ])('%s: no file is written, also not those before it', async (_what, image, sentence) => {
    const files = [write('Dockerfile', dockerfile), write('other.yaml', `image: ${image}\n`)];
    const { code, said } = await pin(...files);
    expect([code, said]).toEqual([1, expect.stringMatching(sentence)]);
    expect(read(files[0] ?? '')).toBe(dockerfile);
  });
});
