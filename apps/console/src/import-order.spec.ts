import { pMapIterable } from 'p-map';

/** As the import maps its lines to results: what it promises depends on what p-map does. */
const inOrder = <Item, Result>(
  items: AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
) => pMapIterable(items, work, { concurrency })[Symbol.asyncIterator]() as AsyncGenerator<Result>;

/** A promise that the test resolves by hand. */
function promised<T>() {
  let keep: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { promise, keep };
}

async function* upTo(count: number, onTaken: (n: number) => void = () => undefined) {
  for (let n = 0; n < count; n++) {
    onTaken(n);
    yield n;
  }
}

test('results keep the order of the items, also when later items finish first', async () => {
  const works = Array.from({ length: 10 }, () => promised<void>());
  const started: number[] = [];
  const results = inOrder(upTo(10), 4, async (n) => {
    started.push(n);
    await works[n]?.promise;
    return n;
  });
  const all: number[] = [];
  const taken = (async () => {
    for await (const result of results) all.push(result);
  })();
  for (const n of [3, 1, 2, 0, 7, 6, 5, 4, 9, 8]) works[n]?.keep();
  await taken;
  expect(all).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(started).toEqual(all);
});

test('at most the given number of items are in work, and the source is not read ahead of a slow reader', async () => {
  let underWay = 0;
  let most = 0;
  let taken = 0;
  const source = upTo(1000, () => taken++);
  const results = inOrder(source, 4, async (n) => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay--;
    return n;
  });
  await results.next();
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBeLessThanOrEqual(6);
  for await (const _result of results) expect(underWay).toBeLessThanOrEqual(4);
  expect([most, taken]).toEqual([4, 1000]);
});

test('a result does not wait for the next item', async () => {
  const second = promised<void>();
  async function* slow() {
    yield 'first';
    await second.promise;
    yield 'second';
  }
  const results = inOrder(slow(), 4, async (item) => item);
  expect(await results.next()).toEqual({ done: false, value: 'first' });
  second.keep();
  expect(await results.next()).toEqual({ done: false, value: 'second' });
  expect((await results.next()).done).toBe(true);
});

test('an error of the source follows the results before it, and a reader that stops early closes the source', async () => {
  async function* broken() {
    yield 1;
    throw new Error('cut off');
  }
  const results = inOrder(broken(), 1, async (item) => item);
  expect((await results.next()).value).toBe(1);
  await expect(results.next()).rejects.toThrow('cut off');

  let released = false;
  async function* held() {
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      released = true;
    }
  }
  for await (const _result of inOrder(held(), 3, async (item) => item)) break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(released).toBe(true);
});
