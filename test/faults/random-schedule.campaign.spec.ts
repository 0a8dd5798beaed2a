import { RunningClock } from '../deployed/app-process.js';
import { policyFile, unalarmed } from '../flows/policy-file.js';
import { type Rekey, startRekey, until } from '../flows/rekey.js';
import { freePort } from '../runner/free-port.js';
import { byLength } from '../runner/length.js';
import { Client, type Person, type World } from './schedule/client.js';
import { Director, type Stage } from './schedule/director.js';
import { brokenInvariants } from './schedule/invariants.js';
import { IssuerGate } from './schedule/issuer-gate.js';
import { enrolPersons } from './schedule/persons.js';
import { type Batch, drawBatches, type Size } from './schedule/plan.js';
import { Replica } from './schedule/replica.js';
import { rowsSince, sessionsOf } from './schedule/rows.js';
import { Senders } from './schedule/senders.js';
import { Timeline } from './schedule/timeline.js';

/** The seed is `REKEY_SEED`: another seed draws other recoveries and other faults. Their order in time is the machine's. `REKEY_RECOVERIES` is how many the full length has. */
const seed = Number(process.env.REKEY_SEED ?? 1);
const size = byLength<Size>(
  { recoveries: 12, atOnce: 12, persons: 12, killed: ['recovery'] },
  {
    recoveries: Number(process.env.REKEY_RECOVERIES ?? 50),
    atOnce: 25,
    persons: 42,
    killed: ['recovery', 'courier'],
  },
);

const holdMs = 3_660_000;
/** After the time in which a held recovery waits for its person. */
const everythingEndsMs = 80 * 3_600_000;

/** Mail, SMS, PostgreSQL, the issuer and our own processes fail as they like, while people recover. */
describe('a random schedule of recoveries and faults', () => {
  let stage: Stage;
  let persons: Person[];
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const timeline = new Timeline();
    const senders = new Senders(timeline);
    closing.push(() => senders.close());
    const [issuerPort, gatePort] = [await freePort(), await freePort()];
    const gate = new IssuerGate(issuerPort, timeline);
    await gate.listen(gatePort);
    closing.push(() => gate.close());
    const environment = {
      LOG_LEVEL: 'fatal',
      ISSUER_PORT: String(issuerPort),
      ISSUER_URL: `http://localhost:${gatePort}`,
      RECOVERY_POLICY_FILE: policyFile({ holdAfterStopHours: 1 }),
      SMS_POLICY_FILE: unalarmed(),
    };
    const rekey = await startRekey({
      clock: new RunningClock(),
      environment: { ...environment, ...(await senders.settings()) },
      sweepPeriods: { recoveries: 400 },
    });
    closing.push(() => rekey.close());
    persons = await enrolPersons(rekey, size.persons);
    const ownWorker = await workerOf(rekey, senders);
    const replica = async (name: 'recovery' | 'courier') =>
      new Replica(name, rekey, { ...environment, ...(await senders.settings()) });
    const [recovery, courier] = [await replica('recovery'), await replica('courier')];
    closing.push(() => Promise.all([recovery.kill(), courier.kill()]));
    await Promise.all(size.killed.map((name) => ({ recovery, courier })[name].start()));
    stage = { rekey, senders, gate, recovery, courier, timeline, ownWorker };
  });
  afterAll(async () => {
    for (const end of closing.reverse()) await end();
  });

  const worldOf = ({ rekey, senders, recovery }: Stage, number: number): World => ({
    servers: {
      own: rekey.settings.urls.recovery,
      other: recovery.url,
      wasDown: (from, to) => recovery.wasDown(from, to),
    },
    inbox: senders.inbox,
    codesOf: (id) =>
      rekey.sql(
        `select id, state, channel from messages where recovery_id = $1 and kind = 'recovery_code' order by counter`,
        [id],
      ),
    async noticeOf(id) {
      const rows = await rekey.sql(
        `select id, state from messages where recovery_id = $1 and kind = 'recovery_completed'
           and address_id in (select id from addresses where kind = 'email')`,
        [id],
      );
      return rows[0];
    },
    seed: seed * 1_000 + number,
    since: Date.now(),
  });

  /** The id of the only worker so far, from a job that hangs. */
  const workerOf = async (rekey: Rekey, senders: Senders): Promise<string> => {
    senders.arm('mail: hangs');
    await rekey.call('POST', `${rekey.settings.urls.recovery}/v1/recoveries`, {
      json: { identifier: 'ada@example.com' },
    });
    const token = await until('a job under way', async () => {
      const [row] = await rekey.sql(`select lock_token from bullmq.job where state = 'active'`);
      return senders.inbox.length > 0 ? (row?.lock_token as string | undefined) : undefined;
    });
    senders.mend();
    return token.slice(0, token.lastIndexOf(':'));
  };

  const drained = (rekey: Rekey, what: string, query: string) =>
    until(what, async () => {
      const [row] = await rekey.sql(query);
      return row.n === 0 || undefined;
    });

  /** @returns what is broken, and the clients */
  const run = async ({ recoveries, faults }: Batch, number: number) => {
    const { rekey, senders, timeline } = stage;
    const since = new Date(rekey.clock.now());
    senders.inbox.length = 0;
    const accounts = persons.map(({ id }) => id);
    const before = await sessionsOf(rekey, accounts);
    const world = worldOf(stage, number);
    const clients = recoveries.map((plan, at) => new Client(plan, persons[plan.person] as Person, world, at));
    const director = new Director(stage);
    director.clients = clients;
    director.begin();
    closing.push(() => director.end());
    const walks = clients.map(async (client) => {
      await new Promise((resolve) => setTimeout(resolve, client.plan.afterMs));
      await client.walk();
    });
    await director.bringAbout(faults, Promise.all(walks));
    await director.mend();
    await director.pass(holdMs);
    for (const client of clients) await client.comeBack();
    await drained(rekey, 'every message', `select count(*)::int as n from messages where state = 'queued'`);
    await director.end();
    await director.pass(everythingEndsMs);
    await drained(rekey, 'every end', `select count(*)::int as n from recoveries where ended_at is null`);
    const refreshed = new Map<Client, number>();
    const rows = await rowsSince(rekey, since);
    const now = await sessionsOf(rekey, accounts);
    for (const client of clients) {
      if (!client.tokens) continue;
      const { refresh_token } = client.tokens;
      refreshed.set(
        client,
        (await rekey.token({ grant_type: 'refresh_token', refresh_token, client_id: 'default' })).status,
      );
    }
    const broken = brokenInvariants({
      clients,
      ...rows,
      inbox: [...senders.inbox],
      before,
      now,
      timeline,
      refreshed,
    });
    return { broken, clients, ends: rows.recoveries.map(({ state }) => state) };
  };

  test(`${size.recoveries} recoveries of seed ${seed}: no 500, nothing lost, nothing granted without proofs, one session, one story`, async () => {
    const ends: Record<string, number> = {};
    const batches = drawBatches(seed, size);
    for (const [number, batch] of batches.entries()) {
      const { broken, clients, ends: of } = await run(batch, number);
      for (const state of of) ends[state] = (ends[state] ?? 0) + 1;
      const died = [...stage.recovery.died, ...stage.courier.died];
      if (broken.length + died.length === 0) continue;
      const [first] = broken;
      const twin = clients.filter(({ person }) => person === first?.client?.person);
      throw new Error(
        [
          `seed ${seed}, batch ${number + 1}:`,
          ...died,
          ...broken.map(({ what, client }) => `${client?.plan.name ?? '-'} ${what}`),
          ...twin.map(({ plan, story }) => `${JSON.stringify(plan)}\n${story.join('\n')}`),
          JSON.stringify(batch.faults),
        ].join('\n'),
      );
    }
    process.stdout.write(
      `schedule: seed ${seed}, ${size.recoveries} recoveries, ends ${JSON.stringify(ends)}, faults ${JSON.stringify(stage.timeline.tally())}\n`,
    );
    // It is no schedule of faults alone.
    expect(ends.completed ?? 0).toBeGreaterThan(size.recoveries / 6);
  });
});
