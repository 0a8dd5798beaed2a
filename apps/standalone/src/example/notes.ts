import { createVerifier } from '@rekey/client';
import type { Clock } from '@rekey/kernel';
import type { FastifyInstance } from 'fastify';

/**
 * The API of the example: notes of the person who is signed in, kept in memory. It verifies tokens as your API
 * would, and asks the issuer too, so that a session that was ended counts at once.
 */
export function notesRoutes(
  fastify: FastifyInstance,
  options: { issuer: string; audience: string; clock: Clock; apiSecret: string },
): void {
  const verify = createVerifier({
    issuer: options.issuer,
    audience: options.audience,
    introspection: { clientId: 'example-api', clientSecret: options.apiSecret },
    realm: 'notes',
    now: () => options.clock.now(),
  });
  const notes = new Map<string, number>();
  fastify.post('/example/api/notes', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const verdict = await verify(request.headers.authorization, { scope: 'account' });
    if (!verdict.ok) {
      if (verdict.challenge) reply.header('www-authenticate', verdict.challenge);
      return reply.status(verdict.status).send({ cause: verdict.cause });
    }
    const { sub } = verdict.claims;
    const { text } = Object(request.body) as { text?: unknown };
    if (typeof text !== 'string' || text.length > 200)
      return reply.status(400).send({ cause: 'the text is missing or too long' });
    const count = (notes.get(sub) ?? 0) + 1;
    notes.set(sub, count);
    return reply.status(201).send({ number: count, of: sub, text });
  });
}
