import { jest } from '@jest/globals';
import { people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { memberOf, type StaffBrowser, staffContext } from '../flows/staff-browser.js';

/** What a member of staff pastes is the key of a person's account. */
describe('a token that is diagnosed', () => {
  const lines: string[] = [];
  // The log writes through the stream when somebody listens to it.
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  const rekey = useRekey({ environment: { LOG_LEVEL: 'debug' } });
  const who = people(rekey);
  let support: StaffBrowser;
  beforeAll(async () => {
    newHousehold();
    support = await memberOf(rekey, await staffContext(rekey), 'support');
  });
  afterAll(() => spy.mockRestore());

  /** Each table in which a row has this text, in a column of any type. */
  const tablesWith = async (text: string): Promise<string[]> => {
    const tables = await rekey.sql(
      `select table_schema || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const [row] = await rekey.sql(
        `select count(*)::int as n from ${name} t where position($1 in t::text) > 0 or position($2 in t::text) > 0`,
        [text, Buffer.from(text).toString('hex')],
      );
      if (row.n > 0) found.push(name);
    }
    return found;
  };

  test('is in no table, no line of the log and no event afterwards, and the response has no signature [ASVS 16.2.5]', async () => {
    await who.put('paster');
    const { access_token: access, refresh_token: refresh } = (await who.signIn('paster')).body;
    const signature = access.split('.')[2] ?? '';
    const tokens = [
      access,
      refresh,
      ` ${access}\n`,
      `${access.slice(0, -4)}AAAA`,
      'planted.token.of-nobody-1',
      'y'.repeat(20_000),
    ];
    for (const token of tokens) {
      const { status, text } = await support.call('POST', 'diagnoses', { token });
      expect([200, 400]).toContain(status);
      for (const secret of [signature, signature.slice(0, -4), refresh, 'of-nobody-1', 'yyyy'])
        expect(text).not.toContain(secret);
    }
    // Also where the request is malformed, or in the wrong place.
    await support.call('POST', 'diagnoses', { token: { access, refresh } });
    await support.call('POST', 'diagnoses', { [refresh]: access });
    await support.call('GET', `diagnoses?token=${access}`);
    const events = await rekey.sql(`select detail from audit_events where event = 'token_diagnosed'`);
    expect(events.map(({ detail }) => detail.cause).sort()).toEqual([
      'malformed',
      'none',
      'none',
      'none',
      'signature_altered',
    ]);
    expect(lines.join('')).toContain('/staff/diagnoses');
    for (const secret of [signature.slice(0, -4), refresh, 'of-nobody-1', 'y'.repeat(100)]) {
      expect([secret, await tablesWith(secret)]).toEqual([secret, []]);
      expect([secret, lines.join('').includes(secret)]).toEqual([secret, false]);
    }
    // The search would find it.
    await rekey.sql(`insert into used_token_ids (jti, expires_at) values ($1, now())`, [refresh]);
    expect(await tablesWith(refresh)).toEqual(['public.used_token_ids']);
  });
});
