import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

export const ndjson = 'application/x-ndjson';
const longestLine = 65_536;

/** An import is read as it comes, however long it is; only its lines have a limit. */
export async function registerNdjson(fastify: FastifyInstance): Promise<void> {
  fastify.addContentTypeParser(
    ndjson,
    { bodyLimit: Number.MAX_SAFE_INTEGER },
    async (_request: unknown, payload: Readable) => payload,
  );
}

export interface Line {
  /** From 1, blank lines counted. */
  number: number;
  /** Undefined: longer than 64 KiB. */
  text: string | undefined;
}

/** The lines of a stream, without ever holding more than one of them and one chunk. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  let number = 0;
  const finish = (text: string): Line => {
    number++;
    const line = { number, text: tooLong || text.length > longestLine ? undefined : text };
    tooLong = false;
    return line;
  };
  for await (const chunk of stream) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) yield finish(piece);
    if (rest.length > longestLine) {
      rest = '';
      tooLong = true;
    }
  }
  rest += decoder.decode();
  if (rest !== '' || tooLong) yield finish(rest);
}

/** Without blank lines, which keep their numbers. */
export async function* filledLinesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  for await (const line of linesOf(stream)) if (line.text?.trim() !== '') yield line;
}
