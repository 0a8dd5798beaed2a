import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '@rekey/http';
import { openTelemetry, type Telemetry } from '@rekey/telemetry';
import type { FastifyInstance } from 'fastify';
import { appPaths } from './app-paths.js';
import { builtApp, policyFor, readAppPage } from './built-app.js';
import { registerAssets } from './register-assets.js';
import { WebModule } from './web.module.js';

/** Bytes of the first screen, compressed by gzip: JavaScript, CSS and texts. */
const mostOfFirstScreen = 200_000;

describe("the console's web app", () => {
  let app: NestFastifyApplication;
  let fastify: FastifyInstance;
  let telemetry: Telemetry;
  beforeAll(async () => {
    telemetry = await openTelemetry({ app: 'spec' });
    ({ app, fastify } = await createApp({
      name: 'console',
      module: WebModule,
      port: 0,
      settings: {
        listenHost: '127.0.0.1',
        tls: undefined,
        trustProxy: [],
        logLevel: 'silent',
        metricsToken: undefined,
        tracing: undefined,
      },
      telemetry,
      register: registerAssets,
    }));
  });
  afterAll(async () => {
    await app.close();
    await telemetry.close();
  });
  const get = (url: string, headers: Record<string, string> = {}) => fastify.inject({ url, headers });

  test.each([...appPaths.map((path) => join('/', path.replace(':id', 'a%2Fb')))])(
    '%s is the page, which nobody keeps and no other page frames',
    async (path) => {
      const answer = await get(`${path}?event=a&from=2026`, { accept: 'text/html' });
      expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-store',
      ]);
      expect(answer.headers['x-frame-options']).toBe('DENY');
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
      expect(answer.body).toContain('<div id="app">');
    },
  );

  test('a script that stands in the page is allowed by its digest, and there is no other inline code', async () => {
    const { html, policy } = await readAppPage();
    const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
    expect(inline).toHaveLength(1);
    for (const text of inline)
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    expect(html).not.toMatch(/\sstyle=|<style|\son\w+=|https?:\/\//);
    expect(policyFor('<script>a</script>')).not.toBe(policyFor('<script>b</script>'));
  });

  test('its files are kept for a year, and come compressed to who takes that', async () => {
    const [name = ''] = readdirSync(join(builtApp, 'assets')).filter((file) => /^index-.*\.js$/.test(file));
    const plain = await get(`/assets/${name}`, { accept: '*/*' });
    expect([plain.statusCode, plain.headers['content-encoding']]).toEqual([200, undefined]);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-type']).toMatch(/^(text|application)\/javascript/);
    expect(plain.headers['content-security-policy']).toContain("default-src 'none'");
    const zipped = await get(`/assets/${name}`, { 'accept-encoding': 'gzip' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.rawPayload).equals(plain.rawPayload)).toBe(true);
    const smaller = await get(`/assets/${name}`, { 'accept-encoding': 'gzip, br' });
    expect(smaller.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
  });

  test.each([
    ['GET', '/assets/missing.js', 404],
    ['GET', '/assets/', 403],
    ['GET', '/assets/..%2Findex.html', 404],
    ['GET', '/assets/%2e%2e/manifest.json', 404],
    ['GET', '/.sources', 404],
    ['GET', '/licences.txt', 404],
    ['GET', '/index.html', 404],
    ['GET', '/staff/session', 404],
    ['GET', '/accounts', 404],
    ['GET', '/audit/a/b', 404],
    ['POST', '/', 405],
    ['POST', '/sign-in', 405],
  ] as const)('%s %s is %i, as a problem document', async (method, url, status) => {
    const answer = await fastify.inject({ method, url });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  });

  test('a program that wants JSON gets no page', async () => {
    expect((await get('/', { accept: 'application/json' })).statusCode).toBe(406);
    expect((await get('/', { accept: '*/*' })).statusCode).toBe(200);
  });

  test('that is not built says so', async () => {
    await expect(readAppPage(join(builtApp, 'nowhere'))).rejects.toThrow('npm run build');
  });
});

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

describe('what a browser loads for the first screen', () => {
  const chunks: Record<string, Chunk> = JSON.parse(readFileSync(join(builtApp, 'manifest.json'), 'utf8'));

  /** All files that these chunks need before they run. */
  const filesFor = (names: string[]): Set<string> => {
    const seen = new Set<string>();
    const visit = (name: string) => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const each of chunks[name]?.imports ?? []) visit(each);
    };
    for (const name of names) visit(name);
    return new Set([...seen].flatMap((name) => [chunks[name]?.file ?? name, ...(chunks[name]?.css ?? [])]));
  };
  const screens = Object.keys(chunks).filter((name) => name.startsWith('src/screens/'));

  test.each(['en', 'zh-hans'])('is small, whatever screen it is, in %s', (language) => {
    expect(screens.length).toBeGreaterThan(8);
    for (const screen of screens) {
      const files = filesFor(['index.html', 'style.css', `src/language/${language}.json`, screen]);
      const bytes = [...files].map((file) => readFileSync(join(builtApp, `${file}.gz`)).length);
      expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(mostOfFirstScreen);
    }
  });

  test('a screen has a path here for each of its routes in the app, and the other way round', () => {
    const routes = readFileSync(join(import.meta.dirname, '../../web/src/routes.tsx'), 'utf8');
    const inApp = [...routes.matchAll(/path: '\/([\w/$-]*)'/g)].map(([, path = '']) => path);
    const here = appPaths.map((path) => path.replace(/^\//, '').replace(':id', '$id'));
    expect(inApp.sort()).toEqual([...here].sort());
  });
});
