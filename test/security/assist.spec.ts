import { budgets } from '@rekey/limits';
import { AssistStage, numberIn, otherThan } from '../flows/assist-stage.js';
import { csrfIn } from '../flows/page-browser.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { memberOf } from '../flows/staff-browser.js';

/** Guessed, overheard and used codes, wrong numbers, and people who did not start the assist. */
describe('an assist', () => {
  const rekey = useRekey();
  const stage = new AssistStage(rekey);
  const { who } = stage;
  beforeAll(() => stage.open());
  beforeEach(() => stage.later());

  test('a wrong number ends it: one try, and the code is used', async () => {
    const { id, code, app } = await stage.joined('wrong');
    const { status, body } = await stage.match(id, otherThan(app.number));
    expect([status, body.state, body.ended_by]).toEqual([200, 'ended', 'number']);
    expect((await stage.match(id, app.number)).body.code).toBe('invalid_state');
    expect((await stage.look(app)).body.state).toBe('ended');
    expect((await stage.enter(code)).status).toBe(404);
    expect(await rekey.sql(`select 1 from recoveries where account_id = 'wrong'`)).toEqual([]);
    expect((await stage.eventsOf('wrong')).map(({ event }) => event)).toEqual([
      'assist_started',
      'assist_opened',
      'assist_refused',
    ]);
  });

  test('what is no number of three digits is no try', async () => {
    const { id, app } = await stage.joined('typo');
    for (const number of ['', '12', '1234', 'abc'])
      expect((await stage.match(id, number)).body.code).toBe('invalid_request');
    expect((await stage.match(id, ` ${app.number} `)).body.state).toBe('matched');
    // Sent twice, it is the same match.
    const again = await stage.match(id, app.number);
    expect([again.status, again.body.state]).toEqual([200, 'matched']);
    expect((await stage.match(id, otherThan(app.number))).body.code).toBe('invalid_state');
    expect(await rekey.sql(`select 1 from recoveries where account_id = 'typo'`)).toHaveLength(1);
  });

  test('a wrong, expired, used, ended and impossible code look the same, on the page and in the API', async () => {
    await who.put('codes');
    const used = await stage.started('codes');
    await stage.enter(used.code);
    const ended = await stage.started('codes');
    expect((await stage.support.call('POST', `assists/${ended.id}/end`, { reason: 'hung up' })).status).toBe(
      204,
    );
    const expired = await stage.started('codes');
    await rekey.sql(`update assists set expires_at = created_at where id = $1`, [expired.id]);
    const answers = [];
    const pages = [];
    for (const code of [used.code, ended.code, expired.code, 'BBBB-BBBB', 'nonsense', '1', 'ЩЩЩЩ']) {
      newHousehold();
      const { status, body } = await stage.enter(code);
      answers.push(JSON.stringify({ status, ...body, request_id: '' }));
      const page = await stage.enterOnPage(stage.browser(), code);
      pages.push([page.status, page.html.replaceAll(/value="[^"]*"/g, '')]);
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('"status":404');
    expect(new Set(pages.map((page) => JSON.stringify(page))).size).toBe(1);
    expect(pages[0]?.[0]).toBe(422);
  });

  test('one source tries ten codes in ten minutes, all sources together three thousand', async () => {
    await who.put('guessed');
    const { code } = await stage.started('guessed');
    newHousehold();
    const statuses = [];
    for (let at = 0; at < 10; at++) statuses.push((await stage.enter('BBBB-BBBB')).status);
    statuses.push((await stage.enter(code)).status);
    expect(statuses).toEqual([...Array(10).fill(404), 429]);
    newHousehold();
    // As if 300 sources had done the same.
    const { policy, quota } = budgets.assistCodesInAll;
    const key = rekey.settings.keyring.mac(`limit/${policy}`, 'all');
    expect((await stage.enter('BBBB-BBBB')).status).toBe(404);
    await rekey.sql('update limit_counters set spent = $2 where key = $1', [key, quota]);
    newHousehold();
    const limited = await stage.enter(code);
    expect([limited.status, limited.body.code, limited.headers.get('retry-after')]).toEqual([
      429,
      'rate_limited',
      '600',
    ]);
    const page = await stage.enterOnPage(stage.browser(), code);
    expect([page.status, page.html.includes('Too many tries')]).toEqual([429, true]);
    rekey.clock.advance(600_000);
    await stage.support.signIn();
    const anew = await stage.started('guessed');
    expect((await stage.enter(anew.code)).status).toBe(201);
  });

  test('the first browser wins: an overheard code shows no number to another, nor does the form sent again show another one', async () => {
    await who.put('first');
    const { id, code } = await stage.started('first');
    const thief = stage.browser();
    const form = await thief.get('/recover/assist');
    const filled = { csrf: csrfIn(form.html), code };
    const once = await thief.post('/recover/assist', filled);
    expect(once.headers.get('location')).toBe('/recover/assist');
    // A double click, and a form that is gone back to.
    expect((await thief.post('/recover/assist', filled)).headers.get('location')).toBe('/recover/assist');
    // Entered anew it is another joining, also in the same browser.
    expect(numberIn((await thief.get('/recover/assist')).html)).toMatch(/^\d{3}$/);
    const anew = await thief.get('/recover/assist?other');
    const again = await thief.post('/recover/assist', { csrf: csrfIn(anew.html), code });
    expect(again.status).toBe(422);
    const owner = stage.browser();
    const refused = await stage.enterOnPage(owner, code);
    expect([refused.status, numberIn(refused.html)]).toEqual([422, '']);
    expect(JSON.parse((await owner.get('/recover/assist/progress')).html)).toEqual({ at: 'none' });
    // The owner has no number to tell, so staff end it.
    expect((await stage.support.call('POST', `assists/${id}/end`, { reason: 'no number' })).status).toBe(204);
    expect((await thief.get('/recover/assist')).html).toContain('Ask the person for new letters');
  });

  test('an app repeats a request whose response was lost, with a key that nobody guesses', async () => {
    await who.put('lost');
    const { code } = await stage.started('lost');
    const key = { 'idempotency-key': 'a-key-of-twenty-two-characters' };
    const first = await stage.enter(code, {}, key);
    expect((await stage.enter(code, {}, key)).body).toEqual(first.body);
    expect((await stage.enter(code, {}, { 'idempotency-key': 'another-key-of-22-characters' })).status).toBe(
      404,
    );
    expect((await stage.enter('BBBB-BBBB', {}, key)).status).toBe(404);
    const other = await stage.started('lost');
    const short = { 'idempotency-key': 'short' };
    expect((await stage.enter(other.code, {}, short)).status).toBe(201);
    expect((await stage.enter(other.code, {}, short)).status).toBe(404);
  });

  test('is refused to staff for an account that is disabled or not there; no caller can tell', async () => {
    await who.put('off', { status: 'disabled' });
    const answers = [await stage.start('off'), await stage.start('nobody-at-all')];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'invalid_state'],
      [404, 'not_found'],
    ]);
  });

  test.each(['disabled', 'deleted', 'created anew'])(
    'ends when the account is %s before the match',
    async (what) => {
      const account = `gone-${what.slice(0, 2)}`;
      const { id, app } = await stage.joined(account);
      const url = `${rekey.settings.urls.console}/v1/accounts/${account}`;
      if (what === 'disabled') await who.put(account, { status: 'disabled' });
      else await rekey.call('DELETE', url, { bearer: await who.management() });
      if (what === 'created anew') await who.put(account);
      const { status, body } = await stage.match(id, app.number);
      expect([status, body.state, body.ended_by]).toEqual([200, 'ended', 'account']);
      // As after a wrong number.
      expect((await stage.look(app)).body).toEqual({ id, state: 'ended', expires_at: app.expires_at });
      expect(await rekey.sql('select 1 from recoveries where account_id = $1', [account])).toEqual([]);
    },
  );

  test('only the member who started it types the number; a colleague may look at it and end it', async () => {
    const { id, app } = await stage.joined('handed');
    const colleague = await memberOf(rekey, stage.context, 'security');
    const denied = await stage.match(id, app.number, colleague);
    expect([denied.status, denied.body.code]).toEqual([403, 'forbidden']);
    expect((await colleague.call('GET', `assists/${id}`)).body.state).toBe('opened');
    expect((await colleague.call('POST', `assists/${id}/end`, { reason: 'looks wrong' })).status).toBe(204);
    const [ended] = (await stage.eventsOf('handed')).slice(-1);
    expect([ended.event, ended.actor, ended.detail]).toEqual([
      'assist_ended',
      `staff:${colleague.id}`,
      { assist: id, by: 'staff', reason: 'looks wrong' },
    ]);
    expect((await stage.support.call('POST', `assists/${id}/end`, { reason: 'again' })).body.code).toBe(
      'invalid_state',
    );
    expect((await stage.match(id, app.number)).body.code).toBe('invalid_state');
    expect((await stage.match('0197f0a0-0000-7000-8000-000000000001', '123')).status).toBe(404);
  });

  test('one member starts sixty in an hour, each with the passkey used lately and a reason', async () => {
    const member = await memberOf(rekey, stage.context, 'support');
    await who.put('many');
    const json = { account_id: 'many' };
    expect((await member.call('POST', 'assists', json)).body.code).toBe('invalid_request');
    expect((await stage.start('many', member)).status).toBe(201);
    const { keyring } = rekey.settings;
    const { policy } = budgets.assists;
    await rekey.sql('update limit_counters set spent = 59 where key = $1', [
      keyring.mac(`limit/${policy}`, member.id),
    ]);
    expect((await stage.start('many', member)).status).toBe(201);
    const { status, body } = await stage.start('many', member);
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect((await stage.start('many')).status).toBe(201);
    rekey.clock.advance(5 * 60_000);
    expect((await stage.start('many', member)).body.code).toBe('step_up_required');
  });
});
