import { randomBytes } from 'node:crypto';
import { MovableClock } from '@rekey/kernel';
import { SMTPServer } from 'smtp-server';
import { startRekey } from '../flows/rekey.js';
import { createDatabase } from '../runner/database.js';
import { EveryKindOfRow } from './every-kind-of-row.js';
import { missingWords, rowsOf, writeVersion } from './version-files.js';
import { managementSecret } from './versions.js';

/** The version to write, when one is released: see "A version" in .github/CONTRIBUTING.md. */
const version = process.env.REKEY_WRITE_VERSION;

/** Takes nothing now, and nothing for `bea` ever. */
async function startRefusingServer(): Promise<{ url: string; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) =>
      done(Object.assign(new Error('no'), { responseCode: address.startsWith('bea') ? 550 : 451 })),
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

test('every table has a row, and every word that a column allows is in one', async () => {
  const database = await createDatabase();
  const clock = new MovableClock(Date.now());
  const keyring = JSON.stringify([{ id: 'fixture', key: randomBytes(32).toString('base64url') }]);
  const environment = {
    DATABASE_URL: database.url,
    REKEY_KEYRING: keyring,
    MANAGEMENT_CLIENT_SECRET: managementSecret,
  };
  let rekey = await startRekey({ clock, environment });
  const facts = await new EveryKindOfRow(rekey).make();
  await rekey.close();
  const mail = await startRefusingServer();
  rekey = await startRekey({ clock, environment: { ...environment, SMTP_URL: mail.url } });
  try {
    const waiting = await new EveryKindOfRow(rekey).makeUndelivered();
    const { text, counts } = await rowsOf(rekey);
    // An erasure is done within a minute, and there is no anchor.
    const passing = ['audit_anchors', 'audit_erasures'];
    const empty = Object.keys(counts).filter((table) => counts[table] === 0);
    expect(empty.filter((table) => !passing.includes(table))).toEqual([]);
    expect(await missingWords(rekey)).toEqual([]);
    const migrations = (await rekey.sql('select name from schema_migrations order by id')).map(
      ({ name }) => name,
    );
    const at = new Date(clock.now()).toISOString();
    if (version)
      await writeVersion(version, text, { ...facts, waiting, at, keyring, migrations, rows: counts });
  } finally {
    await rekey.close();
    await mail.close();
    await database.drop();
  }
});
