import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { FastifyInstance } from 'fastify';
import { notesRoutes } from './notes.js';
import { style } from './style.js';
import { examplePage } from './view.js';

/** Where compiled modules are: around this file, or below `dist` when this file runs from its source. */
const here = fileURLToPath(new URL('../../../../', import.meta.url));
const built = existsSync(`${here}libs/client/src/index.js`) ? here : `${here}dist/`;
/** What the page loads: its own modules and the SDK, as they were built; no bundler. */
const folders = ['apps/standalone/src/example/browser', 'libs/client/src'];

/**
 * An app that uses the SDK, to look at and to copy from: a page, and an API that takes its tokens. An origin of its own, so
 * the recovery API and the issuer see it as they will see yours. For development only, as the mailbox that serves it.
 */
export function exampleRoutes(
  fastify: FastifyInstance,
  { settings, clock, apiSecret }: { settings: Settings; clock: Clock; apiSecret: string },
): void {
  const { issuer, recovery } = settings.urls;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${new URL(issuer).origin} ${new URL(recovery).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const home = `http://localhost:${settings.ports.mailbox}`;
  fastify.get('/example', (request, reply) => {
    // By another name of this machine the page would be of an origin that nobody has let in.
    if (`http://${request.host}` !== home) return reply.redirect(`${home}/example`, 303);
    return reply
      .header('content-security-policy', policy)
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(examplePage({ issuer, recovery }));
  });
  fastify.get('/example/style.css', (_request, reply) =>
    reply.header('content-type', 'text/css; charset=utf-8').header('cache-control', 'no-cache').send(style),
  );
  const modules = folders.flatMap((folder) =>
    existsSync(built + folder)
      ? readdirSync(built + folder)
          .filter((name) => /^[\w-]+\.js$/.test(name))
          .map((name) => `${folder}/${name}`)
      : [],
  );
  for (const path of modules) {
    fastify.get(`/example/modules/${path}`, (_request, reply) =>
      reply
        .header('content-type', 'text/javascript; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(readFileSync(built + path)),
    );
  }
  notesRoutes(fastify, { issuer, audience: settings.tokenAudience[0] ?? issuer, clock, apiSecret });
}
