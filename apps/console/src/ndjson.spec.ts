import fc from 'fast-check';
import { filledLinesOf, linesOf, ndjsonItems } from './ndjson.js';

async function* inPieces(bytes: Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const taken: T[] = [];
  for await (const item of items) taken.push(item);
  return taken;
};

test('lines are the same however the bytes are split, also inside a character', async () => {
  const line = fc
    .string({ unit: 'grapheme' })
    .map((text) => text.replaceAll('\n', '').replace(/^\ufeff/, ''));
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1 }), sizes, async (lines, cuts) => {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const text = bytes.toString().split('\n').slice(0, -1);
      const read = await all(linesOf(inPieces(bytes, cuts)));
      expect(read).toEqual(text.map((each, at) => ({ number: at + 1, text: each })));
    }),
  );
});

test.each([1_000, 65_536, 200_000])(
  'a line over 64 KiB is reported and spoils no other line, in pieces of %i',
  async (size) => {
    const text = ['a', 'x'.repeat(65_536), 'x'.repeat(65_537), 'b', 'y'.repeat(300_000), 'c'].join('\n');
    const read = await all(linesOf(inPieces(Buffer.from(text), [size])));
    expect(read.map(({ number, text: line }) => [number, line?.length])).toEqual([
      [1, 1],
      [2, 65_536],
      [3, undefined],
      [4, 1],
      [5, undefined],
      [6, 1],
    ]);
  },
);

test('blank lines are counted but left out, and the last line needs no line break', async () => {
  const read = await all(filledLinesOf(inPieces(Buffer.from('\ufeffa\r\n\r\n  \nb'), [3])));
  expect(read.map(({ number, text }) => [number, text?.trim()])).toEqual([
    [1, 'a'],
    [4, 'b'],
  ]);
  expect(await all(linesOf(inPieces(Buffer.from(''), [1])))).toEqual([]);
});

test.each([1, 2, 5, 1000])(
  'a line that is not UTF-8 is reported and spoils no other, in pieces of %i',
  async (size) => {
    const lines = [
      Buffer.from('\ufeff{"id":"a"}'),
      Buffer.from([0xff]),
      Buffer.from('{"id":"b"}\r'),
      Buffer.from('{"id":"caf\xe9"}', 'latin1'),
      // Overlong, a surrogate, and a character that is cut off.
      Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
      Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
      Buffer.from([0x22, 0xf0, 0x9f, 0x90]),
      Buffer.from('{"id":"🐙"}'),
      Buffer.from('\r'),
      Buffer.from('{"id":"a\0"}'),
      Buffer.from('{"id":"c"}\r{"id":"d"}'),
      // Two files, one after the other.
      Buffer.from('\ufeff{"id":"e"}'),
      Buffer.from('{"id":"f"}\r'),
    ];
    const bytes = Buffer.concat(lines.flatMap((line, at) => (at === 0 ? [line] : [Buffer.from('\n'), line])));
    const items = await all(ndjsonItems(inPieces(bytes, [size])));
    expect(items.map((item) => ('json' in item ? [item.line, item.json] : [item.line, item.detail]))).toEqual(
      [
        [1, { id: 'a' }],
        [2, 'not UTF-8'],
        [3, { id: 'b' }],
        [4, 'not UTF-8'],
        [5, 'not UTF-8'],
        [6, 'not UTF-8'],
        [7, 'not UTF-8'],
        [8, { id: '🐙' }],
        [10, 'not JSON'],
        [11, 'not JSON'],
        [12, { id: 'e' }],
        [13, { id: 'f' }],
      ],
    );
  },
);

test('UTF-16 is reported line by line', async () => {
  const bytes = Buffer.from('\ufeff{"id":"a"}\n{"id":"b"}\n', 'utf16le');
  const items = await all(ndjsonItems(inPieces(bytes, [4])));
  expect(items.map((item) => [item.line, 'json' in item])).toEqual([
    [1, false],
    [2, false],
    [3, false],
  ]);
});

test('a stream that is cut off gives the lines before, and not the half one', async () => {
  async function* cut(): AsyncGenerator<Buffer> {
    yield Buffer.from('{"id":"a"}\n{"id":"b"}');
    throw new Error('cut off');
  }
  const read: unknown[] = [];
  const reading = (async () => {
    for await (const item of ndjsonItems(cut())) read.push(item);
  })();
  await expect(reading).rejects.toThrow('cut off');
  expect(read).toEqual([{ line: 1, json: { id: 'a' } }]);
});
