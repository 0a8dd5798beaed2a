import fc from 'fast-check';
import { filledLinesOf, linesOf } from './ndjson.js';

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
