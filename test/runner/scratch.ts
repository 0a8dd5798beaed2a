import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byLength } from './length.js';

/** Bytes that a run may need for its databases: one of the long tests has millions of rows. */
const needed = byLength(3, 8) * 2 ** 30;

/**
 * Creates the folder for all that a run writes: in memory when the machine has enough of it, which makes a database from a
 * template five times as fast. The caller removes it.
 */
export async function makeScratch(): Promise<string> {
  const inMemory = '/dev/shm';
  const free = await statfs(inMemory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  const folder = await mkdtemp(join(free >= needed ? inMemory : tmpdir(), 'rekey-run-'));
  // Started by root, PostgreSQL runs as another user, who must be able to read its data.
  await chmod(folder, 0o755);
  return folder;
}
