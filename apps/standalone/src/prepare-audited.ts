import { recordAudit } from '@rekey/audit';
import { type DatabaseUrls, openDatabase, prepareSchema } from '@rekey/database';
import { type Clock, uuidv7 } from '@rekey/kernel';
import { migrateQueue } from '@rekey/queue';

/** Brings both schemas up to date, and audits the migrations that ran: as the application role, since the owner writes no rows. */
export async function prepareAudited(
  urls: DatabaseUrls,
  clock: Clock,
): Promise<Awaited<ReturnType<typeof prepareSchema>>> {
  const prepared = await prepareSchema(urls, migrateQueue);
  if (prepared.done.length > 0)
    await recordMigrations(urls.url, prepared.done, clock.now()).catch((fault: unknown) => {
      // They have run and stay: a failure would only hide that.
      const { message = String(fault) } = Object(fault) as Partial<Error>;
      process.stderr.write(`rekey: the migrations were not audited: ${message}\n`);
    });
  return prepared;
}

async function recordMigrations(url: string, migrations: string[], now: number): Promise<void> {
  const database = await openDatabase({ url, name: 'migrate', poolSize: 1 });
  try {
    await recordAudit(database, {
      id: uuidv7(now),
      at: new Date(now),
      event: 'schema_migrated',
      actor: 'system',
      detail: { migrations },
    });
  } finally {
    await database.close();
  }
}
