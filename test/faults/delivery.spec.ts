import type { AddressInfo } from 'node:net';
import { openQueue } from '@rekey/queue';
import { simpleParser } from 'mailparser';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/**
 * Mail servers that defer, refuse, hang up and come back: always the same message with the same code, and no fault gives
 * credentials.
 */
describe('delivery of mail under faults', () => {
  const mails: { server: string; messageId: string; code: string; to: string }[] = [];
  /** The replies of each server to the next recipients: a reply code, or nothing to accept. */
  const says: Record<string, number[]> = { first: [], second: [] };
  const servers: SMTPServer[] = [];
  /** The replies to this recipient wait. */
  let held: { to: string; replies: (() => void)[] } | undefined;

  const serve = async (name: string): Promise<string> => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (address, _session, callback) => {
        const code = says[name]?.shift();
        const reply = () => callback(code ? Object.assign(new Error('no'), { responseCode: code }) : null);
        if (address.address === held?.to) held.replies.push(reply);
        else reply();
      },
      onData: (stream, session, callback) => {
        simpleParser(stream).then((mail) => {
          const code = /\b(\d{4} \d{4})\b/.exec(mail.text ?? '')?.[1] ?? '';
          const to = session.envelope.rcptTo[0]?.address ?? '';
          mails.push({ server: name, messageId: mail.messageId ?? '', code, to });
          callback();
        }, callback);
      },
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  };

  const rekey = useRekey(async () => {
    const urls = [await serve('first'), await serve('second')];
    return { environment: { SMTP_URL: urls.join(','), LOG_LEVEL: 'fatal' } };
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
    mails.splice(0);
    held = undefined;
  });

  const row = async (story: Story) =>
    (await rekey.sql('select state, reason, attempts from messages where recovery_id = $1', [story.id]))[0];
  const ended = (story: Story) =>
    until('the end of the message', async () => {
      const found = await row(story);
      return found.state === 'queued' ? undefined : found;
    });

  test('the second server sends what the first defers', async () => {
    says.first = [451];
    const story = new Story(rekey);
    await story.start({ identifier: 'ada@example.com' });
    expect(await ended(story)).toEqual({ state: 'sent', reason: null, attempts: 1 });
    expect(mails.map(({ server }) => server)).toEqual(['second']);
  });

  test('a mail that both servers defer is retried with the same code and Message-ID', async () => {
    says.first = [451];
    says.second = [451];
    const story = new Story(rekey);
    await story.start({ identifier: 'mei@example.com' });
    await until('a first attempt', async () => ((await row(story)).attempts === 1 ? true : undefined));
    expect(mails).toEqual([]);
    expect(await ended(story)).toMatchObject({ state: 'sent', attempts: 2 });
    expect(mails).toHaveLength(1);
    const [{ id } = { id: '' }] = await rekey.sql('select id from messages where recovery_id = $1', [
      story.id,
    ]);
    expect(mails[0]?.messageId).toBe(`<${id}@localhost>`);
    expect((await story.prove(mails[0]?.code ?? '')).status).toBe(200);
  });

  test('a mail that is refused permanently is not retried, and responses do not change', async () => {
    says.first = [550];
    says.second = [550];
    const story = new Story(rekey);
    await story.start({ identifier: 'sam@example.com' });
    expect(await ended(story)).toEqual({ state: 'failed', reason: 'smtp 550', attempts: 1 });
    expect(mails).toEqual([]);
    expect((await story.show()).body).toMatchObject({ state: 'proving', methods: ['code', 'backup_code'] });
  });

  test('a code that would arrive after its expiry is dropped and reported', async () => {
    says.first = [451];
    says.second = [451];
    const story = new Story(rekey);
    await story.start({ identifier: 'ada' });
    await until('a first attempt', async () => ((await row(story)).attempts === 1 ? true : undefined));
    rekey.clock.advance(545_000);
    expect(await ended(story)).toMatchObject({ state: 'dropped', reason: 'too_late' });
    expect(mails).toEqual([]);
  });

  test('the sweep finds a message whose job was lost', async () => {
    says.first = [451];
    says.second = [451];
    const story = new Story(rekey);
    await story.start({ identifier: 'mei' });
    await until('a first attempt', async () => ((await row(story)).attempts === 1 ? true : undefined));
    await rekey.sql('delete from bullmq.job');
    rekey.clock.advance(61_000);
    expect(await ended(story)).toMatchObject({ state: 'sent', attempts: 2 });
  });

  test('a claim that is cut off between its two statements is finished by the next, and charged once', async () => {
    // Without those that have expired: the sweep prunes them meanwhile.
    const since = new Date(rekey.clock.now());
    const charged = async () => {
      const [found] = await rekey.sql(
        `select (select sum(spent) from limit_counters where resets_at > $1)::int as sends,
           (select sum(odds) from guess_odds where expires_at > $1) as odds`,
        [since],
      );
      return [Number(found.sends), Number(found.odds)] as const;
    };
    const startedAt = await charged();
    const undisturbed = new Story(rekey);
    await undisturbed.start({ identifier: 'ada@example.com' });
    await ended(undisturbed);
    const before = await charged();
    const story = new Story(rekey);
    const blocker = new pg.Client({ connectionString: rekey.settings.databaseUrl });
    await blocker.connect();
    try {
      // Of the two, only the second writes there. A sweep does, too, without charging anybody.
      await blocker.query('begin');
      await blocker.query('lock table guess_odds in share row exclusive mode');
      await story.start({ identifier: 'sam@example.com' });
      const cut = await until('the second statement', async () => {
        // A transaction sees the activity of its first look.
        await blocker.query('select pg_stat_clear_snapshot()');
        const { rows } = await blocker.query(
          `select pg_terminate_backend(pid) as cut from pg_locks join pg_stat_activity using (pid)
           where not granted and relation = 'guess_odds'::regclass and usename = current_user and query like '%codes-per-client%'`,
        );
        return rows.length > 0 ? rows : undefined;
      });
      expect(cut).toEqual([{ cut: true }]);
      expect(mails.filter(({ to }) => to === 'sam@example.com')).toEqual([]);
      expect(await row(story)).toMatchObject({ state: 'queued', attempts: 1 });
    } finally {
      await blocker.end();
    }
    expect(await ended(story)).toMatchObject({ state: 'sent', attempts: 2 });
    const after = await charged();
    expect(after[0] - before[0]).toBe(before[0] - startedAt[0]);
    expect(after[1] - before[1]).toBeCloseTo(before[1] - startedAt[1], 12);
    const mine = mails.filter(({ to }) => to === 'sam@example.com');
    expect(mine).toHaveLength(1);
    expect((await story.prove(mine[0]?.code ?? '')).status).toBe(200);
  });

  /** Notifications to these three, due now or in an hour. @returns their ids */
  const notices = async (due: string): Promise<string[]> => {
    const rows = await rekey.sql(
      `insert into messages (id, account_id, kind, change, state, created_at, expires_at, due_at, address_id)
       select gen_random_uuid(), account_id, 'authenticators_changed', 'password_changed', 'queued', $1, $1::timestamptz + interval '3 days',
         $1::timestamptz + $2::interval, id from addresses where kind = 'email' and account_id in ('demo-ada', 'demo-mei', 'demo-sam') returning id`,
      [new Date(rekey.clock.now()), due],
    );
    expect(rows).toHaveLength(3);
    return rows.map(({ id }) => id);
  };
  const statesOf = async (ids: string[]) =>
    (await rekey.sql('select state from messages where id = any($1) order by state', [ids])).map(
      ({ state }) => state,
    );
  const mailsTo = (to: string) => mails.filter((mail) => mail.to === to).length;

  test.each(['jobs of this release', 'a job of the release before'])(
    'a slow address holds no other notification, and a sweep meanwhile sends none twice: %s',
    async (release) => {
      held = { to: 'ada@example.com', replies: [] };
      const isOwn = release === 'jobs of this release';
      const ids = await notices(isOwn ? '0' : '1 hour');
      if (!isOwn) {
        const queue = await openQueue({ database: await rekey.openDatabase() }, () => undefined);
        rekey.beforeClose(() => queue.close());
        await queue.enqueueAll('send_notices', [{ jobId: 'many', payload: { messageIds: ids } }]);
      }
      const slow = held;
      await until('the slow one', async () => slow.replies.length > 0 || undefined);
      await until('the others', async () =>
        (await statesOf(ids)).join() === 'queued,sent,sent' ? true : undefined,
      );
      if (isOwn) {
        rekey.clock.advance(300_000);
        const swept = () =>
          rekey.sql(`select 1 from messages where state = 'queued' and due_at > $1`, [
            new Date(rekey.clock.now()),
          ]);
        await until('a sweep', async () => (await swept())[0]);
      }
      held = undefined;
      for (const reply of slow.replies) reply();
      await rekey.idle();
      expect(['ada', 'mei', 'sam'].map((name) => mailsTo(`${name}@example.com`))).toEqual([1, 1, 1]);
    },
  );
});
