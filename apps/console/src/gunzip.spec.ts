import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { endAtInflateError, inflated } from './gunzip.js';
import { ndjsonItems } from './ndjson.js';

const text = '{"id":"a"}\n{"id":"b"}\n';
const cut = gzipSync(Buffer.from(`${text}${JSON.stringify({ id: 'c'.repeat(5000) })}\n`));

test.each<[name: string, bytes: Buffer, most: number, expected: unknown[]]>([
  [
    'one member',
    gzipSync(text),
    100,
    [
      [1, 'a'],
      [2, 'b'],
    ],
  ],
  [
    'two members (RFC 1952 §2.2)',
    Buffer.concat([gzipSync(text), gzipSync(text)]),
    100,
    [
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
      [4, 'b'],
    ],
  ],
  ['no gzip', Buffer.from(text), 100, [[1, 'not gzip, or cut off']]],
  [
    'cut off',
    cut.subarray(0, cut.length - 12),
    10_000,
    [
      [1, 'a'],
      [2, 'b'],
      [3, 'not gzip, or cut off'],
    ],
  ],
  [
    'more than allowed',
    gzipSync(`${text}${' '.repeat(1_000_000)}`),
    65_536,
    [
      [1, 'a'],
      [2, 'b'],
      [3, 'inflates to more than 65536 bytes'],
    ],
  ],
])('an import in gzip: %s', async (_name, bytes, most, expected) => {
  const items = [];
  for await (const item of endAtInflateError(ndjsonItems(inflated(Readable.from([bytes]), most))))
    items.push(item);
  expect(items.map((item) => [item.line, 'json' in item ? Object(item.json).id : item.detail])).toEqual(
    expected,
  );
});

test('a connection that is cut off is a fault, not a failed line', async () => {
  const stream = new Readable({ read() {} });
  stream.push(gzipSync(text).subarray(0, 15));
  const items = endAtInflateError(ndjsonItems(inflated(stream)));
  const next = items.next();
  stream.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
  await expect(next).rejects.toThrow('aborted');
});
