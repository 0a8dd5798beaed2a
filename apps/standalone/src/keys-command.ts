import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { recordAudit } from '@rekey/audit';
import { type Database, openDatabase } from '@rekey/database';
import { whatToDo } from '@rekey/http';
import { asTyped, newSecret, systemClock, uuidv7 } from '@rekey/kernel';
import { developmentSecrets, type Settings, settingsOrExit } from '@rekey/settings';
import { runningUrls } from './keys/embedded-url.js';
import { describeHoldings, describeRows, listHoldings, listOlder } from './keys/holdings.js';
import { rotate } from './keys/rotate.js';

/** `npm run keys -- status | add | rotate`: which keys are needed, a new one, and everything under it, as this release seals. */

const say = (line: string) => process.stdout.write(`${line}\n`);
const fail = (message: string) => {
  process.stderr.write(`rekey keys: ${message}\n`);
  process.exitCode = 1;
};
const now = () => new Date(systemClock.now());

async function onDatabase(settings: Settings, work: (database: Database) => Promise<void>): Promise<void> {
  const url = settings.databaseUrl ?? runningUrls(settings.dataDir).url;
  const database = await openDatabase({ url, name: 'keys', poolSize: 2 });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

async function showStatus(settings: Settings): Promise<void> {
  await onDatabase(settings, async (database) => {
    for (const line of describeHoldings(settings.keyring.keyIds, await listHoldings(database, now())))
      say(line);
    const older = await listOlder(database);
    if (older.length > 0)
      say(`sealed by an earlier release, until "${asTyped('keys', 'rotate')}": ${describeRows(older)}`);
  });
}

async function rotateAll(settings: Settings): Promise<void> {
  await onDatabase(settings, async (database) => {
    // What a release before has sealed is sealed anew under the same key, too.
    if (settings.keyring.keyIds.length === 1 && (await listOlder(database)).length === 0) {
      fail(
        `the keyring has only one key, ${settings.keyring.newestKeyId}; make another one with "${asTyped('keys', 'add')}"`,
      );
      return;
    }
    const { keyring } = settings;
    const complete = await rotate(database, keyring, now(), say);
    await recordRotation(database, keyring.newestKeyId, complete);
    if (!complete) fail('not everything could be sealed again');
  });
}

async function recordRotation(database: Database, key: string, complete: boolean): Promise<void> {
  const at = now();
  await recordAudit(database, {
    id: uuidv7(at.getTime()),
    at,
    event: 'keyring_rotated',
    actor: 'system',
    detail: { key, complete },
  });
}

/** The keyring of development is ours to write; one from the settings is the operator's. */
async function addKey({ keyringMadeHere, dataDir }: Settings): Promise<void> {
  const id = `${now().toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`;
  if (keyringMadeHere) {
    developmentSecrets(dataDir).addKey(id);
    say(
      `key ${id} is now the newest in ${dataDir}; restart "npm start", then run "${asTyped('keys', 'rotate')}"`,
    );
    return;
  }
  say(JSON.stringify({ id, key: newSecret() }));
  process.stderr.write(
    `Add this key at the end of the keyring and restart every process. Then move it to the front, restart again, and run "${asTyped('keys', 'rotate')}".\n`,
  );
}

const verbs: Record<string, (settings: Settings) => Promise<void>> = {
  status: showStatus,
  add: addKey,
  rotate: rotateAll,
};
const [verb = '', ...rest] = process.argv.slice(2);
const act = Object.hasOwn(verbs, verb) && rest.length === 0 ? verbs[verb] : undefined;
if (!act) fail(`usage: ${asTyped('keys', 'status | add | rotate')}`);
else await act(settingsOrExit('keys')).catch((fault: unknown) => fail(whatToDo(fault)));
