import { type AppProcess, startApp } from '../deployed/app-process.js';
import { type Enrolled, people } from '../flows/people.js';
import { codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { byLength } from '../runner/length.js';
import { startPostgres, type TestPostgres } from '../runner/postgres.js';

/** Guessing as attackers do it: through two replicas, from many networks, and while the store of the limits goes down. */
describe('attempts of attackers', () => {
  let postgres: TestPostgres;
  const rekey = useRekey(async () => {
    postgres = await startPostgres();
    return { environment: { DATABASE_URL: postgres.url, LOG_LEVEL: 'fatal' } };
  });
  const who = people(rekey);
  let replicas: AppProcess[] = [];
  /** Two replicas, at the current time of the test. */
  const startReplicas = async () => {
    for (const replica of replicas) await replica.kill();
    replicas = await Promise.all([startApp('recovery', rekey), startApp('recovery', rekey)]);
  };
  let owner: Enrolled;
  beforeAll(async () => {
    // First, because it advances the clock.
    owner = await who.enrol('owner');
    await startReplicas();
  });
  afterAll(() => postgres.stop());
  beforeEach(() => {
    newHousehold();
  });

  const atOnce = 24;
  const times = <T>(n: number, work: (at: number) => Promise<T>) =>
    Promise.all(Array.from({ length: n }, (_, at) => work(at)));
  /** For tests of the number, not of the moment: as many at once as a slow machine can serve in time. */
  const inTurns = async <T>(n: number, work: (at: number) => Promise<T>): Promise<T[]> => {
    const results: T[] = [];
    for (let first = 0; first < n; first += atOnce)
      results.push(...(await times(Math.min(atOnce, n - first), (at) => work(first + at))));
    return results;
  };
  const count = (statuses: number[], ...of: number[]) => statuses.filter((one) => of.includes(one)).length;
  /** The n-th source of a thousand. */
  const from = (at: number) => ({ 'x-forwarded-for': `203.${at >> 8}.${at & 255}.7` });
  const guess = async (story: Story, value: string, at: number, source = from(at)): Promise<number> => {
    const { status } = await fetch(`${replicas[at % 2]?.url}/v1/recoveries/${story.id}/proofs`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${story.token}`,
        ...source,
      },
      body: JSON.stringify({ kind: 'code', value }),
    });
    return status;
  };
  const begun = async (identifier: string, at = 0): Promise<Story> => {
    const story = new Story(rekey);
    expect((await story.start({ identifier }, from(at))).status).toBe(202);
    return story;
  };
  const withCode = async (identifier: string) => {
    const before = (await rekey.codes(identifier)).length;
    const story = await begun(identifier);
    const message = await until('a code', async () => {
      const codes = await rekey.codes(identifier);
      return codes.length > before ? codes[0] : undefined;
    });
    return { story, code: codeIn(message) };
  };

  test('200 attempts at once through two processes: five are compared, and the right code after them is refused [ASVS 15.4.2, GHSA-7h8m-vrxx-vr4m, ASVS 6.6.3]', async () => {
    await who.put('wave');
    const { story, code } = await withCode('wave@example.com');
    const answers = await times(200, (at) => guess(story, at < 190 ? '11111111' : code, at));
    expect(count(answers, 200, 422)).toBe(5);
    expect(count(answers, 429)).toBe(195);
    // One of the five attempts that were compared may have been right: then it is proven by that one.
    const [row] = await rekey.sql('select tries, state from recoveries where id = $1', [story.id]);
    expect(row.tries).toBe(5);
    expect(row.state).toBe(count(answers, 200) === 1 ? 'proven' : 'proving');
  });

  test('hundreds of sources against one account get the odds of one day over all its names, and the owner can recover at once [ASVS 6.3.1, FP no-lockout, NIST 3.2.2]', async () => {
    await who.put('owner', { username: 'harbour' });
    const identifiers = ['owner@example.com', 'harbour', who.phoneOf('owner')];
    const sources = byLength(60, 1_000);
    const stories = await inTurns(sources / 2, (at) => begun(identifiers[at % 3] ?? '', at));
    await rekey.idle();
    const answers = await inTurns(sources, (at) =>
      guess(stories[at % stories.length] as Story, '222222', at),
    );
    // Each attempt is compared when there is a code to guess: its odds were charged before the code was sent.
    expect(count(answers, 422)).toBe(sources);
    const [spent] = await rekey.sql(
      `select sum(odds) as odds from guess_odds where key = sha256(convert_to('odds/code owner', 'utf8'))`,
    );
    expect(spent.odds).toBeGreaterThan(0);
    expect(spent.odds).toBeLessThanOrEqual(4e-5);

    rekey.clock.advance(11 * 60_000);
    newHousehold();
    for (const identifier of ['harbour', 'owner@example.com'])
      expect((await new Story(rekey).begin(identifier, 'owner@example.com')).code).toMatch(/^[\d ]{9,}$/);
    const own = new Story(rekey);
    const { code } = await own.begin(who.phoneOf('owner'));
    expect((await own.prove(code)).status).toBe(200);
    // The owner signs in, and recovers with a saved code.
    const second_factor = { kind: 'totp', value: who.totp(owner.secret) };
    expect((await who.signIn('owner', { second_factor })).status).toBe(201);
    const story = await begun('owner@example.com');
    expect((await story.prove(owner.codes[0] ?? '', 'backup_code')).status).toBe(200);
  });

  test('a spray over many accounts: one network is stopped before any comparison, others are not, and an alarm is raised [ASVS 6.3.1]', async () => {
    await startReplicas();
    const people = 120;
    await who.put('sprayed');
    const { story: sprayed, code } = await withCode('sprayed@example.com');
    const stories = await inTurns(people, (at) => begun(`spray${at}@example.com`, at));
    await rekey.idle();
    // Audit events of the test before.
    const sprays = () =>
      rekey.sql(`select detail from audit_events where event = 'spray_attack_detected' order by id`);
    const before = (await sprays()).length;
    const network = (at: number) => ({ 'x-forwarded-for': `198.51.100.${at % 250}` });
    const answers = await inTurns(150, (at) =>
      guess(stories[at % people] as Story, '33333333', at, network(at)),
    );
    // Two processes: attempts under way in the other one exceed the quota of 100.
    expect(count(answers, 422)).toBeGreaterThanOrEqual(100);
    expect(count(answers, 422)).toBeLessThanOrEqual(100 + atOnce);
    expect(count(answers, 422, 429)).toBe(answers.length);
    for (const replica of [0, 1]) {
      // The right code too, from that network: nothing is compared, and no attempt is counted.
      await guess(stories[0] as Story, '33333333', replica, network(0));
      expect(await guess(sprayed, code, replica, network(9))).toBe(429);
    }
    const [row] = await rekey.sql('select tries from recoveries where id = $1', [sprayed.id]);
    expect(row.tries).toBe(0);
    // From a thousand networks the attack continues, within each account's own odds; the alarm is raised.
    await inTurns(4 * people, (at) => guess(stories[at % people] as Story, '44444444', at));
    const told = (await sprays()).slice(before);
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(told.length).toBeLessThanOrEqual(2);
    expect(told[0].detail.wrong).toBeGreaterThanOrEqual(200);
    // The attack locks nobody out.
    expect(await guess(sprayed, code, 7)).toBe(200);
  });

  test('a port after the forwarded IP does not make another source', async () => {
    const start = async (at: number) => {
      const answer = await fetch(`${replicas[0]?.url}/v1/recoveries`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `192.0.2.1:${4_000 + at}` },
        body: JSON.stringify({ identifier: `port${at}@example.com` }),
      });
      return answer.status;
    };
    const statuses = await times(40, start);
    expect(count(statuses, 202)).toBe(30);
    expect(count(statuses, 429)).toBe(10);
  });

  test('PostgreSQL is killed during an attack: nothing is compared meanwhile, and every attempt stays counted [ASVS 16.5.2, ASVS 16.5.3]', async () => {
    await who.put('outage');
    const { story, code } = await withCode('outage@example.com');
    expect(await guess(story, '33333333', 0)).toBe(422);
    // Twenty callers keep going; after the first responses the server is killed.
    const answers: number[] = [];
    let isDead = false;
    const attackers = times(20, async (at) => {
      while (count(answers, 503) < 100) {
        answers.push(await guess(story, '33333333', at));
        if (isDead || answers.length < 3) continue;
        isDead = true;
        await postgres.kill();
      }
    });
    await attackers;
    expect(answers.filter((status) => ![422, 429, 503].includes(status))).toEqual([]);
    const during = await times(50, (at) => guess(story, code, at));
    expect(during).toEqual(during.map(() => 503));
    await postgres.restart();
    const [row] = await until('the database', () =>
      rekey.sql('select tries, state from recoveries where id = $1', [story.id]).catch(() => undefined),
    );
    // Every attempt with a response was counted; one without may have been counted too.
    expect(row.tries).toBeGreaterThanOrEqual(1 + count(answers, 422));
    expect(row.tries).toBeLessThanOrEqual(5);
    expect(row.state).toBe('proving');
    const after = await until('the replicas', async () => {
      const status = await guess(story, code, 0);
      return status === 503 ? undefined : status;
    });
    expect(after).toBe(row.tries < 5 ? 200 : 429);
  });
});
