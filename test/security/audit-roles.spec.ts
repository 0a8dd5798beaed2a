import pg from 'pg';
import { useLog } from '../flows/audit-log.js';

/** What somebody with the credentials of a process may still do to the log, because sealing has to do it. */
describe('the working role, which writes the tree', () => {
  const log = useLog();
  const asWorker = async (text: string) => {
    const client = new pg.Client({ connectionString: log.urls().url });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };

  test.each([
    [
      'forges the last head',
      `update audit_checkpoints set note = replace(note, 'time 2', 'time 3')`,
      'not signed by a key',
    ],
    ['deletes the heads', 'delete from audit_checkpoints', 'not signed by a key'],
    [
      'alters a hash',
      'update audit_tiles set hashes = set_byte(hashes, 3, 255 - get_byte(hashes, 3))',
      'do not lead to the head',
    ],
    ['moves the end back', 'update audit_sealing set size = 1', 'do not lead to the head'],
    [
      'puts all that comes out of the reach of sealing',
      `update audit_sealing set recorded_in = 9223372036854775807`,
      'moved ahead',
    ],
    [
      'skips an event',
      `update audit_sealing s set recorded_in = e.recorded_in, event_id = e.id from (
         select recorded_in, id from audit_events order by recorded_in desc limit 1) e`,
      'moved ahead',
    ],
    [
      'plants a leaf',
      'insert into audit_leaves (position, event_id) values (2, gen_random_uuid())',
      'duplicate key',
    ],
    [
      'plants a leaf of the next event far ahead',
      `insert into audit_leaves (position, event_id)
         select 1000000000000, id from audit_events order by recorded_in desc limit 1`,
      'duplicate key',
    ],
    [
      'plants such a leaf and moves sealing there',
      `insert into audit_leaves (position, event_id)
         select 1000000000000, id from audit_events order by recorded_in desc limit 1;
       update audit_sealing s set recorded_in = e.recorded_in, event_id = e.id from (
         select recorded_in, id from audit_events order by recorded_in desc limit 1) e`,
      'moved ahead',
    ],
  ])('%s: nothing more is sealed, and it is said', async (_what, attack, said) => {
    await log.record();
    await log.record();
    await log.sealUntil(2);
    await log.record();
    await asWorker(attack);
    await expect(log.sealUntil(3)).rejects.toThrow(said);
    expect(await log.column('select count(*)::int from audit_checkpoints where size > 2')).toEqual([0]);
  });

  test('erases nobody without an event that stays: neither by the function alone nor by asking in secret', async () => {
    await log.record('ada');
    await log.sealUntil(1);
    await asWorker(`insert into audit_erasures (account_id, requested_at) values ('ada', now());
      select audit_events_erase('ada')`);
    expect(await log.column('select account_id from audit_events')).toEqual(['ada']);
    // What it asks for as the service would is an event, and an anchor has it before anything is erased: a leaf elsewhere is no seal.
    await asWorker(`insert into audit_events (id, at, event, actor, account_id)
      values (gen_random_uuid(), now(), 'user_erased', 'client:management', 'ada')`);
    await asWorker(`begin; insert into audit_leaves (position, event_id)
      select 1000000000000, id from audit_events where event = 'user_erased'; select audit_events_erase('ada')`);
    expect(await log.column('select count(*)::int from audit_events where account_id is null')).toEqual([0]);
    await log.sealUntil(2);
    await asWorker(`select audit_events_erase('ada')`);
    expect(
      await log.column('select event from audit_events where account_id is null order by recorded_in'),
    ).toEqual(['recovery_proven', 'user_erased']);
    expect((await log.verified()).findings).toEqual([]);
  });
});
