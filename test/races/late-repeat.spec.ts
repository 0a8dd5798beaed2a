import { once } from 'node:events';
import { connect } from 'node:net';
import { holdingRow } from '../flows/held-row.js';
import { lostAnswers } from '../flows/lost-answers.js';
import { until, useRekey } from '../flows/rekey.js';

/** A client gave up on a request and sent it again; the first one arrives last. */
describe('a repeat whose caller has left', () => {
  const rekey = useRekey();
  const who = lostAnswers(rekey);

  /** Nothing is under way in the database, and nobody holds the recovery. */
  const isAtRest = async (id: string) => {
    const [row] = await rekey.sql(
      `select lease_id is null and not exists (
         select from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()
       ) as yes from recoveries where id = $1`,
      [id],
    );
    return row.yes || undefined;
  };

  test.each([
    ['leaves the tokens that its caller has received since', true],
    ['takes them when its caller is still there', false],
  ])('%s', async (_title, leaves) => {
    const id = leaves ? 'left' : 'stays';
    const { story, headers } = await who.completed(id);
    const again = await story.complete({}, headers);
    expect(again.status).toBe(201);
    const { hostname, port } = new URL(rekey.settings.urls.recovery);
    const late = connect(Number(port), hostname);
    const head = [
      `POST /v1/recoveries/${story.id}/credentials HTTP/1.1`,
      'host: localhost',
      `authorization: Bearer ${story.token}`,
      'content-type: application/json',
      'content-length: 2',
      `idempotency-key: ${headers['idempotency-key']}`,
    ];
    await holdingRow(rekey, story.id, async (row) => {
      late.write(`${head.join('\r\n')}\r\n\r\n{}`);
      late.resume();
      await row.waiting(1);
      const gone = once(late, 'close');
      if (leaves) {
        late.end();
        await gone;
      }
      await row.query('commit');
      await until('its end', () => isAtRest(story.id));
    });
    late.destroy();
    expect((await who.refresh(again.body.refresh_token)).status).toBe(leaves ? 200 : 400);
  });
});
