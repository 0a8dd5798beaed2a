import cookie from '@fastify/cookie';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { anyMedia } from '@rekey/http';
import type { FastifyInstance } from 'fastify';
import { assets } from './assets.js';
import { refuseUnlistedForms } from './csrf-guard.js';
import { registerFixedPaths } from './fixed-paths.js';

const config = { takes: anyMedia, gives: anyMedia };

/** Cookies, the check that each form is listed, the pages' own files, and what is asked for at fixed paths. */
export async function registerPages(fastify: FastifyInstance, app: NestFastifyApplication): Promise<void> {
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
  registerFixedPaths(fastify, app);
}
