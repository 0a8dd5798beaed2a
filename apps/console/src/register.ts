import cookie from '@fastify/cookie';
import type { FastifyInstance } from 'fastify';
import { registerImports } from './ndjson.js';
import { registerAssets } from './web/register-assets.js';

/** Cookies of staff, bodies that are read as they come, and the files of the web app. */
export async function register(fastify: FastifyInstance): Promise<void> {
  await fastify.register(cookie);
  await registerImports(fastify);
  await registerAssets(fastify);
}
