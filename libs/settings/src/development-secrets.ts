import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret } from '@rekey/kernel';

/**
 * Secrets for development: made once, kept in the data dir with mode 0600, so that every process of this machine has the
 * same and a restart still reads what it wrote.
 */
export function developmentSecrets(dataDir: string) {
  return {
    keyring: () =>
      madeOnce(dataDir, 'keyring.json', () => JSON.stringify([{ id: 'development', key: newSecret() }])),
    /** A new key before those there are. */
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
    /** Of the roles that migrate it and work with it. */
    databaseOwnerPassword: () => madeOnce(dataDir, 'database-owner-password', newSecret),
    databaseAppPassword: () => madeOnce(dataDir, 'database-app-password', newSecret),
  };
}

/** Two processes that start at once end with one value: a hard link to a finished file is made by one of them only. */
function madeOnce(dataDir: string, name: string, make: () => string): string {
  const path = join(dataDir, name);
  const known = readIfThere(path);
  if (known !== undefined) return known;
  // Others may pass through, to the database's own folder when root runs it as another user, and read nothing.
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
