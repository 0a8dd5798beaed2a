import 'reflect-metadata';
import { migrate } from '@rekey/database';
import { whatToDo } from '@rekey/http';
import { migrateQueue } from '@rekey/queue';
import { settingsOrExit } from '@rekey/settings';

/** Brings both schemas up to date and ends; a deployment runs it once before its processes start. */
const url = settingsOrExit('migrate').databaseUrl ?? '';
try {
  const done = await migrate({ url });
  await migrateQueue({ url });
  process.stdout.write(done.length > 0 ? `migrated: ${done.join(', ')}\n` : 'the schema is up to date\n');
} catch (fault) {
  process.stderr.write(`rekey migrate: ${whatToDo(fault)}\n`);
  process.exitCode = 1;
}
