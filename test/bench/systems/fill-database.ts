import pg from 'pg';

/**
 * Statistics as autovacuum would take them a minute later, for tables with rows. An empty table is left out: once it is
 * analysed, PostgreSQL expects it to stay empty and plans sequential scans.
 */
const analyse = `do $$
  declare
    one regclass;
    is_filled boolean;
  begin
    for one in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
      execute format('select exists (select from %s)', one) into is_filled;
      if is_filled then execute format('analyze %s', one); end if;
    end loop;
  end $$`;

/** Loading is not measured, so it does not wait for the disk; later connections do. */
export async function fillDatabase(databaseUrl: string, fill: () => Promise<void>): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`alter database ${name} set synchronous_commit = off`);
    await fill();
    await client.query(analyse);
    await client.query(`alter database ${name} reset synchronous_commit`);
  } finally {
    await client.end();
  }
}
