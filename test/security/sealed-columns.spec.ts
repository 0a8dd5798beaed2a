import { readFileSync } from 'node:fs';
import { sealedInAccounts } from '@rekey/accounts';
import { type Database, resealRows, type SealedRows } from '@rekey/database';
import { type Keyring, type SealedAs, sealedColumns } from '@rekey/kernel';
import { stopToken } from '@rekey/outbox';
import { sealedInRecovery } from '@rekey/recovery';
import { SigningKeys, sealedInTokens } from '@rekey/tokens';
import { password, people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { sealedBefore } from '../flows/sealed-before.js';
import { Story } from '../flows/story.js';

const all: SealedRows[] = [...sealedInRecovery, ...sealedInAccounts, ...sealedInTokens];
const everyColumn = [...sealedColumns.ofAccounts, ...sealedColumns.ofNobody].sort();

interface Row {
  id: string;
  account: string | null;
  sealed: Buffer;
}

/** All sealed values of the database, as the product and as earlier releases have sealed them. */
describe('sealed values', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let database: Database;
  let keyring: Keyring;
  /** A recovery whose stop restores a password, and an open one. */
  let completed: Story;
  let secret = '';
  beforeAll(async () => {
    database = await rekey.openDatabase();
    keyring = rekey.settings.keyring;
    newHousehold();
    ({ secret } = await who.enrol('keeper'));
    await who.put('keeper', { username: 'a-keeper' });
    await who.put('loser', { username: 'a-loser' });
    completed = new Story(rekey);
    await completed.proveBy('loser@example.com');
    expect((await completed.complete()).status).toBe(201);
    await new Story(rekey).start({ identifier: 'keeper@example.com' });
    await rekey.idle();
  });

  const bytesOf = ({ column, isText }: SealedRows) => `${column}${isText ? '::bytea' : ''}`;
  const tableOf = ({ column }: SealedRows) => column.split('.')[0];
  const rowsOf = async (rows: SealedRows): Promise<Row[]> =>
    (await rekey.sql(
      `select ${rows.id.column}::text as id, ${rows.account ?? 'null'}::text as account, ${bytesOf(rows)} as sealed
       from ${tableOf(rows)} where ${rows.column} is not null`,
    )) as Row[];
  const asOf = (rows: SealedRows, { id, account }: Omit<Row, 'sealed'>): SealedAs =>
    rows.account === undefined
      ? { column: rows.column, id }
      : { column: rows.column, id, account: account ?? '' };
  const opens = (sealed: Buffer, as: SealedAs) => keyring.openUnlessAltered(sealed, as) !== undefined;
  const wasInClear = ({ column }: SealedRows) => column === 'accounts.password_put';
  const versions = async (rows: SealedRows) => new Set((await rowsOf(rows)).map(({ sealed }) => sealed[0]));

  test('every sealed column has its own associated data, and is re-encrypted by a rotation', async () => {
    const found = await rekey.sql(
      `select table_name || '.' || column_name as column from information_schema.columns
       where table_schema = 'public' and data_type = 'bytea' and column_name ~ '(^|_)sealed$'`,
    );
    // From when they were plain: a hash in a text column, and the digest of an imported hash.
    const named = [...found.map(({ column }) => column), 'accounts.password_hash', 'accounts.password_put'];
    expect(named.sort()).toEqual(everyColumn);
    expect(all.map(({ column }) => String(column)).sort()).toEqual(everyColumn);
    const page = readFileSync('docs/decisions/0009-sealed-for-one-place.md', 'utf8');
    const listed = [...page.matchAll(/^\|[^|]+\| `([\w.]+)` \|/gm)].map(([, column]) => column);
    expect(listed.sort()).toEqual(everyColumn);
  });

  test.each(all.map((rows) => [rows.column, rows] as const))(
    '%s opens in its own row, account and column only',
    async (column, rows) => {
      const found = await rowsOf(rows);
      expect(found.length).toBeGreaterThan(0);
      for (const row of found) {
        expect([row.sealed[0], opens(row.sealed, asOf(rows, row))]).toEqual([2, true]);
        const elsewhere = all.filter((other) => other.column !== column).map((other) => asOf(other, row));
        elsewhere.push(asOf(rows, { ...row, id: '0197f0a0-0000-7000-8000-000000000001' }));
        if (rows.account !== undefined) elsewhere.push(asOf(rows, { ...row, account: 'somebody-else' }));
        expect(elsewhere.filter((as) => opens(row.sealed, as))).toEqual([]);
      }
    },
  );

  test('values of version 1 still open, and a re-encryption makes them version 2 under the same key', async () => {
    for (const rows of all) {
      for (const row of await rowsOf(rows)) {
        const plain = keyring.open(row.sealed, asOf(rows, row));
        const bound = rows.isText ? `accounts.password_hash ${row.id}` : row.id;
        // It was plain: it starts with a zero.
        const value = wasInClear(rows) ? plain : sealedBefore(keyring, plain.toString(), bound);
        await rekey.sql(
          `update ${tableOf(rows)} set ${rows.column.split('.')[1]} = $1 where ${rows.id.column}::text = $2`,
          [rows.isText ? `\\x${value.toString('hex')}` : value, row.id],
        );
      }
      expect([...(await versions(rows))]).toEqual([wasInClear(rows) ? 0 : 1]);
    }
    await works('loser');
    for (const rows of all) {
      const { resealed, ...rest } = await resealRows(database, keyring, rows, {
        pause: async () => undefined,
      });
      expect([rows.column, rest]).toEqual([rows.column, { unreadable: [], doubled: [], left: 0 }]);
      expect(resealed).toBeGreaterThan(0);
      expect([...(await versions(rows))]).toEqual([2]);
    }
    await works('loser');
    // The password from before the recovery is restored.
    const token = stopToken(keyring, completed.id, rekey.clock.now());
    expect((await completed.stop(token)).status).toBe(204);
    expect((await who.signIn('loser')).status).toBe(201);
  });

  /** Reads an account, recovers it, signs in with an app and with a password, and loads the signing keys. */
  async function works(id: string): Promise<void> {
    newHousehold();
    rekey.clock.advance(600_000);
    const url = `${rekey.settings.urls.console}/v1/accounts/${id}`;
    const read = await rekey.call('GET', url, { bearer: await who.management() });
    expect(read.body).toMatchObject({
      username: 'a-loser',
      addresses: [{ value: `${id}@example.com` }, {}],
    });
    const story = new Story(rekey);
    expect((await story.proveBy(`${id}@example.com`)).body.state).toBe('proven');
    const second_factor = { kind: 'totp', value: who.totp(secret) };
    expect((await who.signIn('keeper', { password, second_factor })).status).toBe(201);
    const keys = new SigningKeys(database, keyring, rekey.clock, rekey.settings.keyPlan);
    expect(await keys.signingKey('access_token')).toMatchObject({ alg: 'ES256' });
  }
});
