import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import {
  exportLog,
  type HeadKey,
  type LogKeys,
  readHeadKeys,
  readLogKeys,
  verifierLines,
} from '@rekey/audit';
import { type Database, openDatabase } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { settingsOrExit } from '@rekey/settings';
import { runningUrls } from '../keys/embedded-url.js';
import { UsageError } from './usage-error.js';

async function onLog(
  work: (database: Database, keys: LogKeys, keyring: Keyring) => Promise<void>,
): Promise<void> {
  const settings = settingsOrExit('audit');
  const url = settings.databaseUrl ?? runningUrls(settings.dataDir).url;
  const database = await openDatabase({ url, name: 'audit', poolSize: 1 });
  try {
    await work(database, await readLogKeys(database, settings.keyring), settings.keyring);
  } finally {
    await database.close();
  }
}

export async function showKeys(given: string[]): Promise<void> {
  const isStatus = given.join(' ') === '--status';
  if (given.length > 0 && !isStatus)
    throw new UsageError(`"keys" takes --status or nothing, read ${JSON.stringify(given.join(' '))}`);
  await onLog(async (database, keys, keyring) => {
    const lines = isStatus ? (await readHeadKeys(database, keyring)).map(inWords) : verifierLines(keys);
    for (const line of lines) process.stdout.write(`${line}\n`);
  });
}

function inWords({ keyId, id, heads, lastAt, signsLast }: HeadKey): string {
  const signed = `${heads} ${heads === 1 ? 'head' : 'heads'}${lastAt ? `, the last at ${lastAt.toISOString()}` : ''}`;
  if (keyId === undefined)
    return `${id}: a key that the keyring no longer has, ${signed}: verifying them needs the line that "keys" has shown for it`;
  return `${id}: key ${keyId} of the keyring, ${signed}${signsLast ? ': it signs' : ''}`;
}

/** Under a name of its own until it is complete. */
export async function exportTo([file, ...rest]: string[]): Promise<void> {
  if (!file || rest.length > 0) throw new UsageError('"export" takes one file');
  await onLog(async (database, { origin }) => {
    const stream = file === '-' ? process.stdout : createWriteStream(`${file}.part`, { mode: 0o600 });
    const put = (text: string) =>
      new Promise<void>((resolve, reject) =>
        stream.write(text, (fault) => (fault ? reject(fault) : resolve())),
      );
    let text = '';
    await exportLog(database, {
      origin,
      write: async (line) => {
        text += `${line}\n`;
        if (text.length < 65_536) return;
        await put(text);
        text = '';
      },
    });
    await put(text);
    if (file === '-') return;
    await new Promise<void>((resolve) => stream.end(() => resolve()));
    await rename(`${file}.part`, file);
  });
}
