import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ImportItem } from './import-item.js';

export const ndjson = 'application/x-ndjson';
export const csv = 'text/csv';
const longestLine = 65_536;

/** An import is read as it comes, however long it is; only its lines have a limit. */
export async function registerImports(fastify: FastifyInstance): Promise<void> {
  fastify.addContentTypeParser(
    [ndjson, csv],
    { bodyLimit: Number.MAX_SAFE_INTEGER },
    async (_request: unknown, payload: Readable) => payload,
  );
}

export interface Line {
  /** From 1, blank lines counted. */
  number: number;
  /** Undefined when the line is longer than 64 KiB, or is not UTF-8. */
  text: string | undefined;
  /** The bytes of a line that is not UTF-8. */
  bytes?: Buffer;
}

const lineFeed = 10;
const carriageReturn = 13;

/** The lines of a stream, without ever holding more than one of them and one chunk. They end with LF or CRLF; a BOM is not part of one. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let length = 0;
  let number = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    // One byte more than the limit: it may be the CR of the line break.
    if (length <= longestLine + 1) pieces.push(piece);
  };
  const finish = (): Line => {
    number++;
    let bytes = length <= longestLine + 1 ? Buffer.concat(pieces) : undefined;
    pieces = [];
    length = 0;
    if (bytes?.at(-1) === carriageReturn) bytes = bytes.subarray(0, -1);
    if (bytes === undefined || bytes.length > longestLine) return { number, text: undefined };
    const text = decode(bytes);
    return text === undefined ? { number, text, bytes } : { number, text };
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      yield finish();
    }
    take(chunk.subarray(start));
  }
  if (length > 0) yield finish();
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Without blank lines, which keep their numbers. */
export async function* filledLinesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  for await (const line of linesOf(stream)) if (line.text?.trim() !== '') yield line;
}

/** Why a line has no text. */
export const unreadable = ({ number, bytes }: Line): ImportItem =>
  bytes
    ? { line: number, code: 'invalid_request', pointer: '', detail: 'not UTF-8' }
    : { line: number, code: 'too_large', pointer: '', detail: 'longer than 64 KiB' };

/** One JSON value a line. */
export async function* ndjsonItems(stream: AsyncIterable<Buffer>): AsyncGenerator<ImportItem> {
  for await (const line of filledLinesOf(stream)) {
    if (line.text === undefined) yield unreadable(line);
    else yield itemOf(line.number, line.text);
  }
}

function itemOf(line: number, text: string): ImportItem {
  try {
    return { line, json: JSON.parse(text) };
  } catch {
    return { line, code: 'invalid_request', pointer: '', detail: 'not JSON' };
  }
}
