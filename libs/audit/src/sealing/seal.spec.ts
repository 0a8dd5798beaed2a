import { keys, keysOf, newKey, oldKey, useLog } from '../../../../test/flows/audit-log.js';
import { openCheckpoint } from '../tree/checkpoint.js';

describe('the log', () => {
  const {
    clock,
    sealer,
    record,
    sealUntil,
    column,
    sealedIds,
    lastNote,
    tamper,
    exported,
    verified,
    ...log
  } = useLog();

  test('takes up what was recorded, in order, under a signed head; what is not new writes nothing', async () => {
    const ids = [await record(), await record('bea'), await record()];
    await sealUntil(3);
    expect(await sealedIds()).toEqual(ids);
    expect(openCheckpoint(await lastNote(), keys.verifiers)).toMatchObject({
      origin: keys.origin,
      size: 3,
    });
    const [before] = await column('select xmin::text from audit_sealing');
    expect(await sealer().seal()).toBe(0);
    expect(await column('select xmin::text from audit_sealing')).toEqual([before]);
    expect(await verified([await lastNote()])).toMatchObject({
      size: 3,
      intact: 3,
      anchored: 1,
      findings: [],
    });
  });

  test('signs heads in the order of their times, also where a clock is behind', async () => {
    await record();
    await sealUntil(1);
    clock.advance(-60_000);
    await record();
    await sealUntil(2);
    expect(await verified()).toMatchObject({ size: 2, checkpoints: 2, findings: [] });
  });

  test('waits for a transaction that is open, and leaves its place to it', async () => {
    let first = '';
    let second = '';
    await log.database().transaction(async (tx) => {
      first = await record('ada', tx);
      second = await record('bea');
      expect(await sealer().seal()).toBe(0);
    });
    await sealUntil(2);
    expect(await sealedIds()).toEqual([first, second]);
  });

  test('has every event of many writers once, sealed by several processes at once', async () => {
    let writing = true;
    const writers = Array.from({ length: 3 }, async () => {
      const ids: string[] = [];
      for (let n = 0; n < 400; n++) ids.push(await record());
      return ids;
    });
    // Each of them must see all that the one before has written, or it takes that for an alteration.
    const sealing = [sealer(), sealer(), sealer()].map(async (by) => {
      while (writing) await by.seal();
    });
    const ids = (await Promise.all(writers)).flat();
    writing = false;
    await Promise.all(sealing);
    await sealUntil(ids.length);
    expect((await sealedIds()).sort()).toEqual([...ids].sort());
    expect(await verified()).toMatchObject({ size: ids.length, intact: ids.length, findings: [] });
  });

  test('is signed anew once the keyring has a newer key, and only while it has the key before', async () => {
    await record();
    await sealUntil(1);
    await expect(sealer(newKey).seal()).rejects.toThrow('not signed by a key of the keyring');
    const rotated = keysOf(newKey, oldKey);
    expect(await sealer(newKey, oldKey).seal()).toBe(0);
    expect(rotated.isNewest(await lastNote())).toBe(true);
    expect(openCheckpoint(await lastNote(), rotated.verifiers)).toMatchObject({ size: 1 });
  });

  test('goes on in another cluster, where transactions have other numbers', async () => {
    const before = [await record(), await record()];
    await sealUntil(2);
    // As a restored backup: events and what is sealed came along, the last one is not sealed yet, and their numbers are those of elsewhere.
    before.push(await record());
    await tamper(`update audit_events set recorded_in = recorded_in + 1e12::bigint`);
    await log.owner().query(`update audit_sealing set cluster = 1, recorded_in = recorded_in + 1e12::bigint`);
    const after = await record();
    await sealUntil(4);
    expect(await sealedIds()).toEqual([...before, after]);
    expect((await verified()).findings).toEqual([]);
  });

  test.each([
    [
      'a leaf',
      `update audit_tiles set hashes = set_byte(hashes, 3, 255 - get_byte(hashes, 3))`,
      'do not lead to the head',
    ],
    ['the size', 'update audit_sealing set size = 1', 'do not lead to the head'],
    [
      'the head',
      `update audit_checkpoints set note = replace(note, 'rekey/', 'other/')`,
      'not signed by a key',
    ],
    ['no head', 'delete from audit_checkpoints', 'not signed by a key'],
  ])('signs nothing more when %s was altered', async (_what, text, said) => {
    await record();
    await record();
    await sealUntil(2);
    await log.owner().query(text);
    await record();
    const by = sealer();
    await expect(sealUntil(3, by)).rejects.toThrow(said);
    expect(await column('select count(*)::int from audit_leaves')).toEqual([2]);
  });

  test('signs nothing behind what the same process has signed', async () => {
    const by = sealer();
    await record();
    await sealUntil(1, by);
    const tables = ['audit_leaves', 'audit_tiles', 'audit_checkpoints'];
    for (const table of tables) await log.owner().query(`delete from ${table}`);
    await log.owner().query(`update audit_sealing set size = 0, recorded_in = 0`);
    await record();
    await expect(sealUntil(1, by)).rejects.toThrow('behind a head of 1 that this process has signed');
  });
});
