import pg from 'pg';

/**
 * A connection that always has an `error` listener.
 *
 * A backend that ends as it finishes a statement sends the end of the result and a FATAL in one packet. At the former, the pool removes its
 * listener and hands the connection on. The waiting caller adds its own a microtask later (TypeORM and BullMQ do). The latter arrives in
 * between, when nobody listens, and an unhandled `error` ends the process. The next statement reports what the fault means.
 */
export class ListenedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** Runs one piece of work on a connection of its own, and closes it afterwards. */
export async function onConnection<T>(url: string, work: (client: ListenedClient) => Promise<T>): Promise<T> {
  const client = new ListenedClient({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
