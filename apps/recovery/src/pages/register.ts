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
  serviceName: string,
): Promise<void> {
  await fastify.register(cookie);
  takeForms(fastify, browser, serviceName);
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
      !/^\/(recover|stop|account|device)\b/.test(request.url)
    )
      return;
    const url = new URL(request.url, 'http://here');
    url.searchParams.delete('lang');
    browser.keepLocale(reply, pickLocale(lang));
    await reply.redirect(`${url.pathname}${url.search}`, 303);
  });
  fastify.get('/', (_request, reply) => reply.redirect('/recover', 303));
}
