import 'reflect-metadata';
import { migrate } from '@rekey/database';
import { whatToDo } from '@rekey/http';
import { migrateQueue } from '@rekey/queue';
import { settingsOrExit } from '@rekey/settings';
import { embeddedUrl } from './keys/embedded-url.js';
import { binaries } from './postgres-binaries.js';
import { AlreadyRunningFault } from './start-fault.js';

/** Brings both schemas up to date and ends; a deployment runs it once before its processes start. */
const { databaseUrl, dataDir } = settingsOrExit('migrate');

async function bringUpToDate(url: string): Promise<string> {
  const done = await migrate({ url });
  await migrateQueue({ url });
  return done.length > 0 ? `migrated: ${done.join(', ')}` : 'the schema is up to date';
}

/** On the embedded PostgreSQL: that of a running `npm start`, else one for as long as the work takes. */
async function onEmbedded(work: (url: string) => Promise<string>): Promise<string> {
  await binaries();
  // Only then: production packages lack them, and it cannot be loaded without.
  const { startEmbeddedPostgres } = await import('./postgres.js');
  const server = await startEmbeddedPostgres(dataDir).catch((fault: unknown) => {
    if (fault instanceof AlreadyRunningFault)
      return { url: embeddedUrl(dataDir), stop: async () => undefined };
    throw fault;
  });
  try {
    return `the embedded database in ${dataDir}: ${await work(server.url)}`;
  } finally {
    await server.stop();
  }
}

try {
  const said = databaseUrl ? await bringUpToDate(databaseUrl) : await onEmbedded(bringUpToDate);
  process.stdout.write(`${said}\n`);
} catch (fault) {
  process.stderr.write(`rekey migrate: ${whatToDo(fault)}\n`);
  process.exitCode = 1;
}
