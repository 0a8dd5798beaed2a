/** What is in BullMQ's schema. */
const contents = `
select 'table' as kind, c.relname as name from pg_catalog.pg_class c
where c.relnamespace = 'bullmq'::pg_catalog.regnamespace and c.relkind in ('r', 'p', 'v')
union select 'function', p.proname from pg_catalog.pg_proc p where p.pronamespace = 'bullmq'::pg_catalog.regnamespace
union select 'type', t.typname from pg_catalog.pg_type t
where t.typnamespace = 'bullmq'::pg_catalog.regnamespace and t.typtype in ('e', 'd')`;

interface Named {
  kind: 'table' | 'function' | 'type';
  name: string;
}

interface Client {
  query(text: string): Promise<{ rows: Named[] }>;
}

/** BullMQ's statements with the schema of what they name. Its functions have a `search_path` of their own. */
export class QueueSchema {
  private patterns: Promise<RegExp[]> | undefined;

  /** @param connect a connection, to learn what is in the schema */
  constructor(private readonly connect: () => Promise<Client & { release(): void }>) {}

  /** @throws when the database does not respond; the next call asks again */
  async learn(client: Client): Promise<void> {
    await this.known(() => client.query(contents));
  }

  async qualified(text: string): Promise<string> {
    const patterns = await this.known(async () => {
      const client = await this.connect();
      try {
        return await client.query(contents);
      } finally {
        client.release();
      }
    });
    return patterns.reduce((sofar, pattern) => sofar.replace(pattern, '$1bullmq.'), text);
  }

  private known(ask: () => Promise<{ rows: Named[] }>): Promise<RegExp[]> {
    this.patterns ??= ask().then(({ rows }) => patternsOf(rows));
    this.patterns.catch(() => {
      this.patterns = undefined;
    });
    return this.patterns;
  }
}

/** A table is named where rows come from or go to, a function before its arguments, a type in a cast. */
function patternsOf(all: Named[]): RegExp[] {
  const namesOf = (kind: Named['kind']) =>
    all
      .filter((one) => one.kind === kind)
      .map(({ name }) => name)
      .join('|');
  return [
    new RegExp(`(\\b(?:from|join|into|update)\\s+)(?=(?:${namesOf('table')})\\b(?!\\())`, 'gi'),
    new RegExp(`((?<![.\\w]))(?=(?:${namesOf('function')})\\()`, 'g'),
    new RegExp(`(::)(?=(?:${namesOf('type')})\\b)`, 'g'),
  ];
}
