import 'reflect-metadata';
import {
  type DatabaseUrls,
  excessPrivilegesWarning,
  makeRoles,
  whyReleaseBeforeStops,
} from '@rekey/database';
import { whatToDo } from '@rekey/http';
import { systemClock } from '@rekey/kernel';
import { settingsOrExit } from '@rekey/settings';
import { runningUrls } from './keys/embedded-url.js';
import { binaries } from './postgres-binaries.js';
import { prepareAudited } from './prepare-audited.js';
import { AlreadyRunningFault } from './start-fault.js';

/** Brings both schemas up to date, gives the role that works its rights, and ends; a deployment runs it once before its processes start. */
const { databaseUrl, databaseOwnerUrl, dataDir } = settingsOrExit('migrate');

async function work(urls: DatabaseUrls): Promise<string> {
  const { done, rights } = await prepareAudited(urls, systemClock);
  if (rights.surplus.length > 0) process.stderr.write(`rekey migrate: ${excessPrivilegesWarning(rights)}\n`);
  for (const why of whyReleaseBeforeStops(done))
    process.stderr.write(
      `rekey migrate: the release before cannot serve any more, replace its processes now (${why})\n`,
    );
  return done.length > 0 ? `migrated: ${done.join(', ')}` : 'the schema is up to date';
}

/** On the embedded PostgreSQL: that of a running `npm start`, else one for as long as the work takes. */
async function onEmbedded(): Promise<string> {
  await binaries();
  // Only then: production packages lack them, and it cannot be loaded without.
  const { startEmbeddedPostgres } = await import('./postgres.js');
  const server = await startEmbeddedPostgres(dataDir).catch(async (fault: unknown) => {
    if (!(fault instanceof AlreadyRunningFault)) throw fault;
    const urls = runningUrls(dataDir);
    // The release that runs may know of no roles.
    await makeRoles(urls);
    return { ownerUrl: urls.ownerUrl, url: urls.url, stop: async () => undefined };
  });
  try {
    return `the embedded database in ${dataDir}: ${await work(server)}`;
  } finally {
    await server.stop();
  }
}

try {
  const said = databaseUrl
    ? await work({ url: databaseUrl, ownerUrl: databaseOwnerUrl })
    : await onEmbedded();
  process.stdout.write(`${said}\n`);
} catch (fault) {
  process.stderr.write(`rekey migrate: ${whatToDo(fault)}\n`);
  process.exitCode = 1;
}
