import cookie from '@fastify/cookie';
import { pickLocale } from '@rekey/kernel';
import type { FastifyInstance } from 'fastify';
import { assets } from './assets.js';
import type { BrowserState } from './browser-state.js';
import { takeForms } from './take-forms.js';

/** Cookies, the check of forms, the pages' own files, and the switch of language that works on every page. */
export async function registerPages(
  fastify: FastifyInstance,
  browser: BrowserState,
  productName: string,
): Promise<void> {
  await fastify.register(cookie);
  takeForms(fastify, browser, productName);
  for (const { name, type, text } of assets) {
    fastify.get(`/recover/assets/${name}`, (_request, reply) => {
      // The name changes with the content.
      reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('content-type', type)
        .send(text);
    });
  }
  fastify.addHook('preHandler', async (request, reply) => {
    const { lang } = Object(request.query) as { lang?: unknown };
    if (
      request.method !== 'GET' ||
      typeof lang !== 'string' ||
      request.is404 ||
      !/^\/(recover|stop|account|device)\b/.test(request.url)
    )
      return;
    // To the path of the route, which begins with one slash: what was asked for may read as another host's (`//evil.example`).
    const path = request.routeOptions.url?.replace(/\/\*$/, '') ?? '/recover';
    const query = new URLSearchParams(request.url.split('?')[1]);
    query.delete('lang');
    browser.keepLocale(reply, pickLocale(lang));
    await reply.redirect(query.size > 0 ? `${path}?${query}` : path, 303);
  });
  fastify.get('/', (_request, reply) => reply.redirect('/recover', 303));
}
