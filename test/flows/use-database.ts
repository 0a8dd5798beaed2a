import { type Database, openDatabase } from '@rekey/database';
import { createDatabase, type TestDatabase } from '../runner/database.js';

/** The block's own database, opened as the working role: created before the first test, dropped after the last. */
export function useDatabase(): Database {
  let made: TestDatabase | undefined;
  let opened: Database | undefined;
  beforeAll(async () => {
    made = await createDatabase();
    const url = new URL(made.url);
    // A test may ask for more at once than there are connections, on a machine that is slow: they wait for each other.
    url.searchParams.set('connect_timeout', '60');
    opened = await openDatabase({ url: url.href, name: 'spec' });
  });
  afterAll(async () => {
    await opened?.close();
    await made?.drop();
  });
  const now = (): Database => {
    if (!opened) throw new Error('there is no database yet: use it in tests and hooks only');
    return opened;
  };
  return new Proxy({} as Database, {
    get: (_target, name) => Reflect.get(now(), name),
    set: (_target, name, value) => Reflect.set(now(), name, value),
  });
}
