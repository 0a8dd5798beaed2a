import { openDatabase } from '@rekey/database';
import { SigningKeys, signRecoveryAssertion } from '@rekey/tokens';
import { basisOf, people } from '../flows/people.js';
import { codeIn, newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** The same request many times at once, on a real PostgreSQL. */
describe('concurrent requests', () => {
  const rekey = useRekey();
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const tally = (statuses: number[]) =>
    Object.fromEntries(
      [...new Set(statuses)]
        .sort()
        .map((status) => [status, statuses.filter((one) => one === status).length]),
    );
  const times = <T>(n: number, work: (at: number) => Promise<T>) =>
    Promise.all(Array.from({ length: n }, (_, at) => work(at)));

  const waiting = async (identifier: string) => {
    const before = (await rekey.codes(identifier)).length;
    const story = new Story(rekey);
    await story.start({ identifier });
    const message = await rekey.message(identifier, before + 1);
    return { story, code: codeIn(message) };
  };

  test('200 attempts: five are compared, and the right code after them is refused', async () => {
    const { story, code } = await waiting('mei@example.com');
    const answers = await times(200, async (at) => (await story.prove(at < 195 ? '11111111' : code)).status);
    expect(answers.filter((status) => status === 422 || status === 200)).toHaveLength(5);
    expect(answers.filter((status) => status === 429).length).toBeGreaterThanOrEqual(190);
    const [row] = await rekey.sql('select tries from recoveries where id = $1', [story.id]);
    expect(row.tries).toBe(5);
  });

  test('the right code five times: one proof', async () => {
    const { story, code } = await waiting('ada@example.com');
    const answers = await times(5, async () => (await story.prove(code)).status);
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    const events = await rekey.sql(
      `select 1 from audit_events where recovery_id = $1 and event = 'recovery_proven'`,
      [story.id],
    );
    expect(events).toHaveLength(1);
  });

  test('50 completions: one gets credentials, and one session is active [ASVS 2.3.3, FP single-use]', async () => {
    const story = new Story(rekey);
    await story.proveBy('sam@example.com');
    const answers = await times(50, () => story.complete());
    expect(tally(answers.map(({ status }) => status))[201]).toBe(1);
    expect(answers.every(({ status }) => [201, 409, 410].includes(status))).toBe(true);
    const alive = await rekey.sql(
      `select id, recovery_id from sessions where account_id = 'demo-sam' and ended_at is null`,
    );
    expect(alive.map(({ recovery_id }) => recovery_id)).toEqual([story.id]);
    const notices = await rekey.sql(
      `select 1 from messages where recovery_id = $1 and kind = 'recovery_completed'`,
      [story.id],
    );
    expect(notices).toHaveLength(2);
  });

  test('50 resends: one message', async () => {
    const { story } = await waiting('mei@example.com');
    rekey.clock.advance(60_000);
    const answers = await times(50, async () => (await story.resend()).status);
    expect(tally(answers)).toEqual({ 202: 1, 429: 49 });
  });

  test('8 bindings of an app and 8 sets of backup codes: one of each remains', async () => {
    const { put, signIn, issuer } = people(rekey);
    await put('sol');
    const bearer = (await signIn('sol')).body.access_token;
    const codes = () => issuer('POST', 'authenticators/backup_codes', { bearer });
    const apps = () => issuer('POST', 'authenticators/totp', { bearer });
    const answers = await times(16, (at) => (at % 2 ? apps() : codes()));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 16 });
    const left = await rekey.sql(
      `select kind, count(*)::int from authenticators where account_id = 'sol' and removed_at is null group by kind order by kind`,
    );
    expect(left).toEqual([
      { kind: 'backup_code', count: 1 },
      { kind: 'totp', count: 1 },
    ]);
  });

  test('20 exchanges of one assertion: one pair of tokens', async () => {
    const { urls, keyring, databaseUrl = '' } = rekey.settings;
    const database = await openDatabase({ url: databaseUrl, name: 'spec', poolSize: 2 });
    try {
      const keys = new SigningKeys(database, keyring, rekey.clock, rekey.settings.keyPlan);
      const about = {
        accountId: 'demo-ada',
        recoveryId: '01890000-0000-7000-8000-000000000001',
        clientId: 'default',
        provenAt: new Date(rekey.clock.now()),
        basis: await basisOf(rekey, 'demo-ada'),
      };
      const sign = (more: object = {}) =>
        signRecoveryAssertion(
          { keys, clock: rekey.clock, issuerUrl: urls.issuer, recoveryUrl: urls.recovery, ...more },
          { ...about, acr: 'urn:rekey:recovery:aal1', amr: ['recovery-code-email'] },
        );
      const exchange = (assertion: string) =>
        rekey.token({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: assertion,
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        });
      const assertion = await sign();
      const answers = await times(20, () => exchange(assertion));
      expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 400: 19 });
      // One for another issuer, one of another recovery, one that has expired: none is accepted.
      expect((await exchange(await sign({ issuerUrl: 'https://elsewhere.example' }))).status).toBe(400);
      expect((await exchange(await sign({ recoveryUrl: 'https://elsewhere.example' }))).status).toBe(400);
      const old = await sign();
      rekey.clock.advance(61_000);
      expect((await exchange(old)).body.error).toBe('invalid_request');
    } finally {
      await database.close();
    }
  });
});
