import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/**
 * Sends a text as it is made, in the memory of some pieces: no piece is made before the reader has room for it, and the source ends when the
 * reader leaves. After a fault of the source the response lacks its end, so no reader takes it for the whole.
 */
export const sendStreamed = async (
  reply: FastifyReply,
  type: string,
  pieces: AsyncIterable<string>,
): Promise<void> => {
  await reply.header('content-type', type).send(Readable.from(pieces, { objectMode: false }));
};
