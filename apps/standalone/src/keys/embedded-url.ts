import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { developmentSecrets } from '@rekey/settings';
import { StartFault } from '../start-fault.js';

/**
 * Where the embedded PostgreSQL of a running `npm start` is: its port is the fourth line of the server's own file.
 *
 * @throws {StartFault} when none runs
 */
export function embeddedUrl(dataDir: string): string {
  const port = portOf(join(dataDir, 'postgres', 'postmaster.pid'));
  if (!port) {
    throw new StartFault(
      `nothing runs in ${dataDir}; begin with "npm start" in another terminal, or set DATABASE_URL`,
    );
  }
  return `postgres://rekey:${developmentSecrets(dataDir).databasePassword()}@127.0.0.1:${port}/rekey`;
}

function portOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n')[3];
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}
