import pg from 'pg';

/**
 * A connection that somebody of ours hears from its first moment to its last, whoever holds it.
 *
 * A backend that ends as it finishes a statement sends the end of the answer and a FATAL in one packet. At the first, the
 * pool takes its listener off and hands the connection on; whoever waited for it adds theirs a microtask later (TypeORM and
 * BullMQ do); at the second, in between, nobody listens, and an `error` that nobody hears ends the process. What the fault
 * means is said by the next statement.
 */
export class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** One piece of work on a connection of its own, which ends with it. */
export async function onConnection<T>(url: string, work: (client: HeardClient) => Promise<T>): Promise<T> {
  const client = new HeardClient({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
