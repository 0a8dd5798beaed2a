import { plainIp } from '@rekey/limits';
import type { FastifyInstance } from 'fastify';
import type { TrustedProxies } from './correlation.js';

/**
 * Some proxies write the port beside the address (`X-Forwarded-For: 203.0.113.7:4711`; Azure and IIS do). With it, each connection would
 * be a source of its own, and a proxy in the list would not be known as one: the port goes before anything asks for the address.
 * To be registered before whatever reads `request.ip`.
 */
export function readForwardedWithoutPorts(fastify: FastifyInstance, proxies: TrustedProxies): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const forwarded = raw.headers['x-forwarded-for'];
    if (forwarded !== undefined && /[[:]/.test(String(forwarded)) && proxies.isOne(raw))
      raw.headers['x-forwarded-for'] = String(forwarded)
        .split(',')
        .map((one) => plainIp(one.trim()))
        .join(', ');
    done();
  });
}
