import { type AddressInfo, isIP } from 'node:net';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance } from 'fastify';
import { newTwilioAccount, type TwilioAccount, twilioRoutes } from './fake-twilio.js';
import { type CaughtMessage, MessageStore } from './message-store.js';
import { pageRoutes } from './page.js';
import { startSmtp } from './smtp.js';

export interface Mailbox {
  url: string;
  smtpUrl: string;
  /** What a courier needs to send SMS here by Twilio's client. */
  twilio: TwilioAccount & { apiUrl: string };
  close(): Promise<void>;
}

/**
 * Catches every mail and SMS of a development: a real SMTP server and a Twilio-shaped HTTP endpoint, a page for people, and
 * `GET /messages?to=` for scripts. It shows codes without authentication, so it listens on this machine only.
 *
 * @throws {Error} in production, and with `code: 'EADDRINUSE'` when the port is taken
 */
export async function startMailbox(options: {
  port: number;
  production: boolean;
  /** What else is served here, to this machine only. */
  register?(fastify: FastifyInstance): void;
}): Promise<Mailbox> {
  if (options.production)
    throw new Error('the development mailbox shows codes to everyone, so it cannot run in production');
  const store = new MessageStore();
  const account = newTwilioAccount();
  const fastify = Fastify({ logger: false, bodyLimit: 1_048_576, forceCloseConnections: true });
  await fastify.register(formbody);
  forThisMachineOnly(fastify);
  twilioRoutes(fastify, store, account);
  scriptRoutes(fastify, store);
  pageRoutes(fastify, store);
  options.register?.(fastify);
  const smtp = await startSmtp(store, 0);
  try {
    await fastify.listen({ port: options.port, host: 'localhost' });
  } catch (fault) {
    await smtp.close();
    throw Object.assign(fault as Error, { port: options.port, process: 'mailbox' });
  }
  const url = `http://localhost:${(fastify.server.address() as AddressInfo).port}`;
  return {
    url,
    smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    twilio: { ...account, apiUrl: url },
    async close() {
      await fastify.close();
      await smtp.close();
    },
  };
}

/**
 * Listening on this machine is not enough: a page of somebody else, opened in a browser here, may point its own name at
 * 127.0.0.1 and read the codes as its own (DNS rebinding). Such a request bears that name.
 */
function forThisMachineOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const name = request.hostname.replace(/^\[|\]$/g, '');
    const isHere = isIP(name) !== 0 || /^([a-z0-9-]+\.)*localhost$/i.test(name);
    if (!isHere) return reply.status(403).send({ message: 'the mailbox responds only to localhost' });
  });
  fastify.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });
}

function scriptRoutes(fastify: FastifyInstance, store: MessageStore): void {
  fastify.get<{ Querystring: { to?: string } }>('/messages', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    // A number as people write it: in a query a plus sign reads as a space.
    return { messages: store.list(request.query.to?.replace(/^ /, '+')).map(wire) };
  });
  fastify.delete('/messages', async (_request, reply) => {
    store.clear();
    return reply.status(204).send();
  });
}

const wire = ({ recipients: _recipients, source: _source, ...message }: CaughtMessage) => message;
