import { connect } from 'node:net';
import pg from 'pg';
import { lostAnswers } from '../flows/lost-answers.js';
import { until, useRekey } from '../flows/rekey.js';

/** A client gave up on a request and sent it again; the first one arrives last. */
describe('a repeat whose caller has left', () => {
  const rekey = useRekey();
  const who = lostAnswers(rekey);

  const rows = async (text: string, values: unknown[] = []) => (await rekey.sql(text, values))[0].n;
  const busy = (more = '') =>
    rows(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid() ${more}`,
    );

  test.each([
    ['leaves the tokens that its caller has received since', true],
    ['takes them when its caller is still there', false],
  ])('%s', async (_title, leaves) => {
    const id = leaves ? 'left' : 'stays';
    const { story, headers } = await who.completed(id);
    const again = await story.complete({}, headers);
    expect(again.status).toBe(201);
    const blocker = new pg.Client({ connectionString: rekey.settings.databaseUrl });
    await blocker.connect();
    const { hostname, port } = new URL(rekey.settings.urls.recovery);
    const late = connect(Number(port), hostname);
    try {
      await blocker.query('begin');
      await blocker.query('select 1 from recoveries where id = $1 for update', [story.id]);
      const head = [
        `POST /v1/recoveries/${story.id}/credentials HTTP/1.1`,
        'host: localhost',
        `authorization: Bearer ${story.token}`,
        'content-type: application/json',
        'content-length: 2',
        `idempotency-key: ${headers['idempotency-key']}`,
      ];
      late.write(`${head.join('\r\n')}\r\n\r\n{}`);
      late.resume();
      await until('it to wait', async () => (await busy(`and wait_event_type = 'Lock'`)) === 1 || undefined);
      const gone = new Promise((resolve) => late.once('close', resolve));
      if (leaves) {
        late.end();
        await gone;
      }
      await blocker.query('commit');
      await until(
        'its end',
        async () =>
          ((await busy()) === 0 &&
            (await rows('select count(lease_id)::int as n from recoveries where id = $1', [story.id])) ===
              0) ||
          undefined,
      );
    } finally {
      late.destroy();
      await blocker.end();
    }
    expect((await who.refresh(again.body.refresh_token)).status).toBe(leaves ? 200 : 400);
  });
});
