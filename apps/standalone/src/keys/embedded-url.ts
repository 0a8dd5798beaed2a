import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoleUrls } from '@rekey/database';
import { developmentSecrets } from '@rekey/settings';
import { StartFault } from '../start-fault.js';

/** Made with the cluster. It makes the other roles at each start and does nothing else. */
export const superuser = 'rekey';

/** The embedded PostgreSQL of this data dir as each of its roles. */
export function embeddedUrls(dataDir: string, port: number | string): RoleUrls {
  const secrets = developmentSecrets(dataDir);
  const urlOf = (user: string, password: string, name: string) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${name}`;
  return {
    adminUrl: urlOf(superuser, secrets.databasePassword(), 'postgres'),
    ownerUrl: urlOf('rekey_owner', secrets.databaseOwnerPassword(), 'rekey'),
    url: urlOf('rekey_app', secrets.databaseAppPassword(), 'rekey'),
  };
}

/**
 * The same for that of a running `npm start`: its port is the fourth line of the server's own file.
 *
 * @throws {StartFault} when none runs
 */
export function runningUrls(dataDir: string): RoleUrls {
  const port = portOf(join(dataDir, 'postgres', 'postmaster.pid'));
  if (!port) {
    throw new StartFault(
      `nothing is running in ${dataDir}; run "npm start" in another terminal first, or set DATABASE_URL`,
    );
  }
  return embeddedUrls(dataDir, port);
}

function portOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n')[3];
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}
