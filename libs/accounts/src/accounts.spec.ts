import { randomBytes } from 'node:crypto';
import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { isRefused, Keyring } from '@rekey/kernel';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import {
  type AccountToPut,
  type Assurance,
  addressToWrite,
  assuranceOf,
  deleteAccount,
  findAccount,
  lookupDigests,
  normaliseIdentifier,
  ownAddress,
  putAccount,
  readAccount,
  type SealedAddress,
} from './index.js';

describe('accounts on PostgreSQL', () => {
  let postgres: TestDatabase;
  let database: Database;
  let pool: pg.Pool;
  const old = { id: 'old', key: randomBytes(32) };
  const keyring = new Keyring([old]);
  let now = 1_800_000_000_000;

  beforeAll(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
    pool = new pg.Pool({ connectionString: postgres.adminUrl, max: 2 });
    // Its sockets may still be open when the server stops.
    pool.on('error', () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await database.close();
    await postgres.drop();
  });
  beforeEach(async () => {
    now += 60_000;
    await pool.query('truncate accounts cascade');
  });

  type Draft = Partial<AccountToPut> & { mails?: string[] };
  const put = (id: string, { mails = [], ...draft }: Draft = {}, ring = keyring) => {
    const addresses = mails.map((value) => ({ kind: 'email' as const, value, verified: true }));
    return putAccount({ database, keyring: ring }, now, {
      id,
      roles: [],
      status: 'active',
      addresses,
      ...draft,
    });
  };
  const who = async (text: string, ring = keyring): Promise<string | undefined> => {
    const identifier = normaliseIdentifier(text);
    return isRefused(identifier) ? undefined : (await findAccount(database, ring, identifier))?.id;
  };
  const rows = async (text: string) => (await pool.query(text)).rows;
  const rowsOf = (id: string) =>
    rows(`select * from addresses where account_id = '${id}' order by created_at, id`);
  const code = (outcome: object) => (isRefused(outcome) ? outcome.code : 'done');

  test('a stolen table reveals no person, and a value moved to another row does not open', async () => {
    await put('a', {
      username: 'ada.lovelace',
      mails: ['Ada@Example.com'],
      password: 'an engine of numbers',
    });
    await put('b', { mails: ['other@example.com'] });
    await put('b', { addresses: [{ kind: 'phone', value: '+12025550123', verified: true }] });
    const table = await rows('select * from accounts a left join addresses d on d.account_id = a.id');
    const bytes = table.flatMap((row) => Object.values(row)).map((value) => Buffer.from(String(value)));
    const text = Buffer.concat(bytes).toString('latin1').toLowerCase();
    for (const secret of ['lovelace', 'example', 'other', '2025550123', 'engine'])
      expect(text).not.toContain(secret);
    await pool.query(`update addresses set sealed = (select sealed from addresses where account_id = 'a')`);
    await expect(readAccount(database, keyring, 'b')).rejects.toThrow();
  });

  test('an address that stays keeps its id; a removed address finds no account and is free again', async () => {
    await put('a', { mails: ['stays@example.com', 'goes@example.com'] });
    const before = await rowsOf('a');
    now += 1000;
    await put('a', { mails: ['new@example.com', 'stays@example.com'] });
    const after = await rowsOf('a');
    expect(after.slice(0, 2).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    const gone = after.filter(({ removed_at }) => removed_at !== null);
    expect(gone.map(({ removed_at, is_primary }) => [removed_at.getTime(), is_primary])).toEqual([
      [now, false],
    ]);
    expect(
      keyring.open(gone[0].sealed, { column: 'addresses.sealed', id: gone[0].id, account: 'a' }).toString(),
    ).toBe('goes@example.com');
    expect(await who('goes@example.com')).toBeUndefined();
    expect(code(await put('b', { mails: ['goes@example.com'] }))).toBe('done');
    expect(await who('goes@example.com')).toBe('b');
    expect((await readAccount(database, keyring, 'a'))?.addresses.map(({ value }) => value)).toEqual([
      'new@example.com',
      'stays@example.com',
    ]);
  });

  test('an unverified address finds no account and blocks no other account', async () => {
    const claim = { kind: 'email' as const, value: 'claimed@example.com', verified: false };
    await put('a', { addresses: [claim] });
    await put('b', { addresses: [claim] });
    expect(await who('claimed@example.com')).toBeUndefined();
    expect(code(await put('owner', { mails: ['claimed@example.com'] }))).toBe('done');
    expect(await who('claimed@example.com')).toBe('owner');
    expect(code(await put('a', { mails: ['claimed@example.com'] }))).toBe('conflict');
    expect((await rowsOf('a')).map(({ verified }) => verified)).toEqual([false]);
  });

  test('an exact match of letter case wins, a single other match is found, two other matches find nobody', async () => {
    await put('upper', { mails: ['Kim@example.com'] });
    expect(await who('kIM@example.com')).toBe('upper');
    await put('lower', { mails: ['kim@example.com'] });
    expect([await who('Kim@example.com'), await who('kim@example.com')]).toEqual(['upper', 'lower']);
    expect(await who('KIM@example.com')).toBeUndefined();
    await put('one', { mails: ['Lee@example.com', 'lee@example.com'] });
    expect(await who('LEE@example.com')).toBe('one');
  });

  test('a user name belongs to one account in every spelling, and is never an email address', async () => {
    await put('a', { username: 'Ｍei' });
    expect([await who('mei'), await who('MEI'), await who('ＭＥＩ')]).toEqual(['a', 'a', 'a']);
    expect(code(await put('b', { username: 'MEI' }))).toBe('conflict');
    expect(code(await put('b', { username: 'mei@example.com' }))).toBe('invalid_request');
    for (const username of ['аda', '12345678'])
      expect(code(await put('b', { username }))).toBe('invalid_request');
    expect(code(await put('a', { username: undefined }))).toBe('done');
    expect(await who('mei')).toBeUndefined();
  });

  test('during a key rotation, values under the old key are found and stay unique', async () => {
    await put('a', { username: 'mei', mails: ['mei@example.com'] });
    const both = new Keyring([{ id: 'new', key: randomBytes(32) }, old]);
    expect([await who('mei', both), await who('Mei@Example.com', both)]).toEqual(['a', 'a']);
    expect(code(await put('b', { mails: ['mei@example.com'] }, both))).toBe('conflict');
    expect(code(await put('b', { username: 'mei' }, both))).toBe('conflict');
    const before = await rowsOf('a');
    expect(code(await put('a', { username: 'mei', mails: ['mei@example.com'] }, both))).toBe('done');
    expect((await rowsOf('a')).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect((await readAccount(database, both, 'a'))?.username).toBe('mei');
  });

  test('two accounts verify one address at once, one of them under an older key: one succeeds, each time', async () => {
    const both = new Keyring([{ id: 'new', key: randomBytes(32) }, old]);
    for (let round = 0; round < 20; round++) {
      const claim = { kind: 'email' as const, value: `claim-${round}@example.com` };
      const addresses = (verified: boolean) => ({ addresses: [{ ...claim, verified }] });
      await put('a', addresses(false));
      await put('b', addresses(false), both);
      const outcomes = await Promise.all([put('a', addresses(true), both), put('b', addresses(true), both)]);
      expect(outcomes.map(code).sort()).toEqual(['conflict', 'done']);
    }
  });

  test('of twenty accounts that want one address at once one gets it; an account put twenty times exists once', async () => {
    const wanted = Array.from({ length: 20 }, (_, n) => put(`w${n}`, { mails: ['wanted@example.com'] }));
    const codes = (await Promise.all(wanted)).map(code);
    expect([codes.filter((each) => each === 'done').length, new Set(codes)]).toEqual([
      1,
      new Set(['done', 'conflict']),
    ]);
    expect(await rows('select id from accounts')).toHaveLength(1);
    const again = Array.from({ length: 20 }, () =>
      put('same', { addresses: [{ kind: 'phone', value: '+12025550123', verified: false }] }),
    );
    const outcomes = await Promise.all(again);
    expect(outcomes.filter((each) => !isRefused(each) && each.created)).toHaveLength(1);
    expect(await rowsOf('same')).toHaveLength(1);
  });

  test('an account is not written when what must commit with it fails', async () => {
    const account = { id: 'a', roles: [], status: 'active' as const, addresses: [] };
    const failing = putAccount({ database, keyring }, now, account, async () => {
      throw new Error('no audit');
    });
    await expect(failing).rejects.toThrow('no audit');
    expect(await readAccount(database, keyring, 'a')).toBeUndefined();
  });

  test('a deleted account leaves no row, and an id with a NUL finds nothing', async () => {
    await put('a', { mails: ['a@example.com'] });
    await put('a', { mails: [] });
    expect([await deleteAccount(database, 'a'), await deleteAccount(database, 'a')]).toEqual([true, false]);
    expect([await rows('select 1 from accounts'), await rowsOf('a')]).toEqual([[], []]);
    expect(await readAccount(database, keyring, 'a\u0000b')).toBeUndefined();
    expect(await deleteAccount(database, 'a\u0000b')).toBe(false);
  });

  test("the assurance level of an account is the highest of the product's, its roles' and its app's", async () => {
    const assurance = statement('spec_standing', sql`select (${assuranceOf(sql`:account`)}) as assurance`);
    const levelWith = async (id: string, strongRoles: string[]) => {
      const [row] = await database.query<{ assurance: Assurance }>(assurance, {
        account: id,
        strongRoles,
        now: new Date(now),
      });
      return row?.assurance.aal;
    };
    await put('plain', { roles: ['reader'] });
    await put('strong', { aal: 2 });
    await put('staff', { roles: ['reader', 'staff'] });
    await put('app');
    await pool.query(
      `insert into authenticators (id, account_id, kind, created_at, bound_at, secret_sealed)
       values (gen_random_uuid(), 'app', 'totp', now(), now(), 'x')`,
    );
    const levels = ['plain', 'strong', 'staff', 'app'].map((id) => levelWith(id, ['staff', 'root']));
    expect(await Promise.all(levels)).toEqual([1, 2, 2, 2]);
    expect(await levelWith('staff', [])).toBe(1);
  });

  test('a message goes to the requested channel, else to the typed address, else to the primary one', async () => {
    const pick = statement(
      'spec_address',
      addressToWrite({
        digests: sql`:digests::bytea[]`,
        account: sql`:account::text`,
        generation: sql`:generation::uuid`,
        address: sql`:address::uuid`,
        channel: sql`:channel::text`,
        withoutSms: sql`:withoutSms::boolean`,
      }),
    );
    const pickFor = async (typed: string, channel: 'email' | 'sms' | null = null, withoutSms = false) => {
      const identifier = normaliseIdentifier(typed);
      if (isRefused(identifier)) throw new Error(typed);
      const digests = lookupDigests(keyring, identifier);
      const [row] = await database.query<SealedAddress & { account_id: string }>(pick, {
        digests,
        account: null,
        generation: null,
        address: null,
        channel,
        withoutSms,
      });
      return row && ownAddress(keyring, row, row.account_id)?.value;
    };
    const mei: Draft = {
      username: 'mei',
      addresses: [
        { kind: 'email', value: 'primary@example.com', verified: true, primary: true },
        { kind: 'email', value: 'second@example.com', verified: true },
        { kind: 'phone', value: '+12025550123', verified: true },
        { kind: 'phone', value: '+12025550199', verified: false },
      ],
    };
    await put('mei', mei);
    expect(await pickFor('mei')).toBe('primary@example.com');
    expect(await pickFor('Second@example.com')).toBe('second@example.com');
    expect(await pickFor('second@example.com', 'sms')).toBe('+12025550123');
    expect(await pickFor('+12025550123')).toBe('+12025550123');
    expect(await pickFor('+12025550199')).toBeUndefined();
    await put('mei', { ...mei, status: 'disabled' });
    expect(await pickFor('mei')).toBeUndefined();
  });
});
