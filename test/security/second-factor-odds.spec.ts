import { defaultOdds, oddsOfTotp } from '@rekey/limits';
import { people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';

const hour = 3_600_000;

/** A thief with the password guesses six digits, of which two steps are valid. */
test('the odds of a day and of a year at sign-in, for strangers and known browsers together [NIST 3.2.2]', () => {
  const guesses = (odds: number) => Math.round(odds / 2 / oddsOfTotp);
  expect([guesses(defaultOdds.day), guesses(defaultOdds.year)]).toEqual([10, 250]);
  expect(2 * 250 * oddsOfTotp).toBeCloseTo(1e-3, 12);
});

describe('attempts at an app by somebody with the right password', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });
  const offer = (id: string, value: string, more: object = {}) =>
    who.signIn(id, { second_factor: { kind: 'totp', value }, ...more });
  async function guess(id: string, times: number, more: object = {}): Promise<number[]> {
    const statuses: number[] = [];
    for (let n = 0; n < times; n++) statuses.push((await offer(id, '000000', more)).status);
    return statuses;
  }

  test('are limited by the odds of a day; known browsers and backup codes still work', async () => {
    const one = await who.enrol('odds');
    const { device_token } = (await offer('odds', who.totp(one.secret))).body;
    rekey.clock.advance(60_000);
    newHousehold();
    expect(await guess('odds', 12)).toEqual([...Array(10).fill(401), 429, 429]);
    const refused = await offer('odds', who.totp(one.secret));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '86400']);
    expect((await offer('odds', who.totp(one.secret), { device_token })).status).toBe(201);
    const saved = { second_factor: { kind: 'backup_code', value: one.codes[0] } };
    expect((await who.signIn('odds', saved)).status).toBe(201);
    rekey.clock.advance(23 * hour);
    newHousehold();
    expect(await guess('odds', 1)).toEqual([429]);
    rekey.clock.advance(7 * hour);
    expect((await offer('odds', who.totp(one.secret))).status).toBe(201);
    // A stolen device token has the odds of a day too.
    expect(await guess('odds', 12, { device_token })).toEqual([...Array(10).fill(401), 429, 429]);
  });

  test('at backup codes never block the right code: a thief with the password cannot lock the owner out', async () => {
    const one = await who.enrol('saved');
    const offerSaved = (value?: string) =>
      who.signIn('saved', { second_factor: { kind: 'backup_code', value } });
    const statuses = new Set<number>();
    for (let n = 0; n < 105; n++) {
      if (n % 25 === 0) newHousehold();
      statuses.add((await offerSaved('AAAA-AAAA-AAAA-AAAA')).status);
    }
    expect([...statuses]).toEqual([401]);
    expect((await offerSaved(one.codes[0])).status).toBe(201);
  });

  test('end the app for unknown browsers after a hundred failures in a row, until a new password; the owner gets one notification [NIST 3.2.2, NIST 4.6]', async () => {
    const one = await who.enrol('worn');
    const { device_token } = (await offer('worn', who.totp(one.secret))).body;
    const told = () =>
      rekey.sql(`select id from messages where account_id = 'worn' and change = 'totp_guessed'`);
    for (let day = 0; day < 11; day++) {
      rekey.clock.advance(31 * hour);
      newHousehold();
      await guess('worn', 9);
      if (day === 9) expect(await told()).toEqual([]);
      await guess('worn', 1);
    }
    await rekey.idle();
    // Once to each address: the attacker at an app knows the password.
    expect(await told()).toHaveLength(2);
    const [last] = await rekey.messages('worn@example.com');
    expect(last?.text).toContain('Someone who has your password');
    rekey.clock.advance(31 * hour);
    newHousehold();
    const right = (more: object = {}) => offer('worn', who.totp(one.secret), more);
    expect((await right()).status).toBe(401);
    expect((await right({ device_token })).status).toBe(201);
    rekey.clock.advance(60_000);
    const password = 'another sentence of its owner';
    await who.put('worn', { password });
    expect((await right({ password })).status).toBe(201);
  });

  test('are limited by the odds of a year', async () => {
    const one = await who.enrol('year');
    expect(await guess('year', 1)).toEqual([401]);
    const key = 'select key from guess_odds order by expires_at desc, odds limit 1';
    await rekey.sql(`update guess_odds set slot = slot - 400, odds = $1 where key = (${key})`, [
      defaultOdds.year / 2,
    ]);
    expect((await offer('year', who.totp(one.secret))).status).toBe(429);
    rekey.clock.advance(300 * 24 * hour);
    expect((await offer('year', who.totp(one.secret))).status).toBe(201);
  });

  test('cost nothing when they are right, however often the owner signs in', async () => {
    const one = await who.enrol('daily');
    for (let n = 0; n < 12; n++) {
      rekey.clock.advance(60_000);
      newHousehold();
      expect((await offer('daily', who.totp(one.secret))).status).toBe(201);
    }
    const [{ odds }] = await rekey.sql('select max(odds) as odds from guess_odds where odds < 1e-9');
    expect(odds).toBeCloseTo(0, 12);
  });
});
