import cookie from '@fastify/cookie';
import { anyMedia } from '@rekey/http';
import type { FastifyInstance } from 'fastify';
import { assets } from './assets.js';
import { refuseUnlistedForms } from './csrf-guard.js';

const config = { takes: anyMedia, gives: anyMedia };

/** Cookies, the check that each form is listed, and the pages' own files. */
export async function registerPages(fastify: FastifyInstance): Promise<void> {
  await fastify.register(cookie);
  refuseUnlistedForms(fastify);
  for (const { name, type, text } of assets) {
    fastify.get(`/recover/assets/${name}`, { config }, (_request, reply) => {
      // The name changes with the content.
      reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('content-type', type)
        .send(text);
    });
  }
  fastify.get('/', { config }, (_request, reply) => reply.redirect('/recover', 303));
}
