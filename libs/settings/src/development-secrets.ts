import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret } from '@rekey/kernel';

/**
 * Secrets for development: generated once and stored in the data directory with mode 0600. Every process of this machine has the same ones,
 * and a restart still reads what it wrote.
 */
export function developmentSecrets(dataDir: string) {
  return {
    keyring: () =>
      madeOnce(dataDir, 'keyring.json', () => JSON.stringify([{ id: 'development', key: newSecret() }])),
    /** Adds a new key before the existing ones. */
    addKey: (id: string) => {
      const path = join(dataDir, 'keyring.json');
      const keys = [{ id, key: newSecret() }, ...JSON.parse(readFileSync(path, 'utf8'))];
      const draft = `${path}.${newSecret()}`;
      writeFileSync(draft, JSON.stringify(keys), { mode: 0o600, flag: 'wx' });
      renameSync(draft, path);
    },
    managementSecret: () => madeOnce(dataDir, 'management-client-secret', newSecret),
    /** Of the embedded PostgreSQL's superuser. */
    databasePassword: () => madeOnce(dataDir, 'database-password', newSecret),
    /** Of the roles that own and use the tables. */
    databaseOwnerPassword: () => madeOnce(dataDir, 'database-owner-password', newSecret),
    databaseAppPassword: () => madeOnce(dataDir, 'database-app-password', newSecret),
  };
}

/** Two processes that start at once end with one value: only one of them can make the hard link to a finished file. */
function madeOnce(dataDir: string, name: string, make: () => string): string {
  const path = join(dataDir, name);
  const known = readIfThere(path);
  if (known !== undefined) return known;
  // Other users may pass through, to the database's own folder when root runs it as another user, but read nothing.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const draft = `${path}.${newSecret()}`;
  writeFileSync(draft, make(), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}
