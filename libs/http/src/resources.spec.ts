import { Resources } from './resources.js';

/** A part that finishes opening when the test says so. */
function slowPart() {
  let ready = () => {};
  const opened = new Promise<void>((resolve) => {
    ready = resolve;
  });
  return { start: () => opened, ready: () => ready() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Resources', () => {
  test('closes the parts in reverse order, one after another, and each once', async () => {
    const closed: string[] = [];
    const resources = new Resources();
    for (const name of ['database', 'queue', 'workers'])
      await resources.open(
        () => name,
        async (part) => {
          await settled();
          closed.push(part);
        },
      );
    await Promise.all([resources.close(), resources.close(), resources.onApplicationShutdown()]);
    expect(closed).toEqual(['workers', 'queue', 'database']);
  });

  test('a part that failed to open is not closed, and its error is thrown', async () => {
    const closed: string[] = [];
    const resources = new Resources();
    await resources.open(
      () => 'database',
      (part) => void closed.push(part),
    );
    const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    await expect(
      resources.open(
        () => Promise.reject(away),
        () => void closed.push('queue'),
      ),
    ).rejects.toBe(away);
    await resources.close();
    expect(closed).toEqual(['database']);
  });

  test('closing waits for a part that is still being opened, and closes it', async () => {
    const closed: string[] = [];
    const resources = new Resources();
    await resources.open(
      () => 'database',
      (part) => void closed.push(part),
    );
    const slow = slowPart();
    const opening = resources.open(slow.start, () => void closed.push('queue'));
    const closing = resources.close();
    await settled();
    expect(closed).toEqual([]);
    slow.ready();
    await Promise.all([opening, closing]);
    expect(closed).toEqual(['queue', 'database']);
  });

  test('opens nothing once closing has begun', async () => {
    const resources = new Resources();
    const closing = resources.close();
    let isOpened = false;
    const opening = resources.open(
      () => {
        isOpened = true;
      },
      () => undefined,
    );
    await expect(opening).rejects.toThrow('nothing can be opened any more');
    await closing;
    expect(isOpened).toBe(false);
  });

  test('a part that fails to close does not keep the others open; all errors are thrown, and Nest gets none', async () => {
    const closed: string[] = [];
    const resources = new Resources();
    const failing = (name: string) => () => {
      closed.push(name);
      throw new Error(`${name} does not close`);
    };
    await resources.open(() => undefined, failing('database'));
    await resources.open(
      () => 'queue',
      (part) => void closed.push(part),
    );
    await resources.open(() => undefined, failing('workers'));
    await expect(resources.close()).rejects.toMatchObject({
      errors: [new Error('workers does not close'), new Error('database does not close')],
    });
    expect(closed).toEqual(['workers', 'queue', 'database']);
    await expect(resources.onApplicationShutdown()).resolves.toBeUndefined();

    const one = new Resources();
    await one.open(() => undefined, failing('queue'));
    await expect(one.close()).rejects.toThrow('queue does not close');
  });
});
