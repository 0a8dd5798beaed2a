import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';

/** Forms, of the pages and of Twilio, and the cookie of the pages. */
export async function registerForms(fastify: FastifyInstance): Promise<void> {
  await fastify.register(formbody, { bodyLimit: 65_536 });
  await fastify.register(cookie);
}
