import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ImportItem } from './import-item.js';

/** An import in gzip may be this long, in bytes, once it is inflated. */
export const mostInflated = 2 ** 30;

class InflateError extends Error {}

/** @throws {InflateError} from the iterator: when the bytes are not gzip, end too early, or inflate to more than `most` */
export async function* inflated(stream: Readable, most = mostInflated): AsyncGenerator<Buffer> {
  let fault: NodeJS.ErrnoException | null = null;
  const gunzip = pipeline(stream, createGunzip(), (thrown) => {
    fault = thrown ?? null;
  });
  let length = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) throw new InflateError(`inflates to more than ${most} bytes`);
      yield chunk;
    }
  } catch (thrown) {
    // Of zlib. A connection that was cut has another code.
    if (/^Z_/.test(String(Object(fault ?? thrown).code))) throw new InflateError('not gzip, or cut off');
    throw thrown;
  }
}

/** Ends an import that cannot be inflated further with a failed line: the results before it are sent already. */
export async function* endAtInflateError(items: AsyncIterable<ImportItem>): AsyncGenerator<ImportItem> {
  let line = 0;
  try {
    for await (const item of items) {
      line = item.line;
      yield item;
    }
  } catch (thrown) {
    if (!(thrown instanceof InflateError)) throw thrown;
    yield { line: line + 1, code: 'invalid_request', pointer: '', detail: thrown.message };
  }
}
