import { Readiness } from './readiness.js';

const never = () => new Promise<never>(() => undefined);
const names = async (readiness: Readiness) => (await readiness.failing()).map(({ name }) => name);

test('every part that is away is named, in order, also one that does not respond', async () => {
  const readiness = new Readiness();
  readiness.needs('database', async () => undefined);
  readiness.needs('queue', never);
  readiness.needs('schema', async () => {
    throw new Error('away');
  });
  readiness.needs('keys', () => Promise.reject(undefined));
  readiness.needs('process', () => {
    throw new Error('at once');
  });
  const [queue, schema] = await readiness.failing();
  expect(await names(readiness)).toEqual(['queue', 'schema', 'keys', 'process']);
  expect([String(queue?.fault), String(schema?.fault)]).toEqual([
    expect.stringContaining('no response'),
    'Error: away',
  ]);
});

test('a part that only some requests need is not one of those that fail', async () => {
  const readiness = new Readiness();
  readiness.needs('database', async () => undefined);
  readiness.wants('issuer', () => Promise.reject(new Error('away')));
  readiness.wants('other', async () => undefined);
  expect([await readiness.failing(), await readiness.degraded()]).toEqual([
    [],
    [{ name: 'issuer', fault: new Error('away') }],
  ]);
});

test('all who ask at once share one check, and the next one checks again', async () => {
  const readiness = new Readiness();
  let checks = 0;
  readiness.needs('database', async () => void checks++);
  await Promise.all([readiness.failing(), readiness.failing(), readiness.failing()]);
  expect(checks).toBe(1);
  await readiness.failing();
  expect(checks).toBe(2);
});

test('a check that never ends is given up, so that one lost connection does not answer for ever', async () => {
  let now = 0;
  const readiness = new Readiness(() => now);
  const checks = [never, async () => undefined];
  readiness.needs('database', () => (checks.shift() ?? never)());
  expect(await names(readiness)).toEqual(['database']);
  now += 9_999;
  expect(await names(readiness)).toEqual(['database']);
  now += 1;
  expect(await names(readiness)).toEqual([]);
});
