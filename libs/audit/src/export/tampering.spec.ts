import { sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { keys, keysOf, newKey, useLog } from '../../../../test/flows/audit-log.js';
import { logProof, wrongWith } from './log-proof.js';
import { proveEvent } from './prove-event.js';
import { ProofMaker } from './prove-from-export.js';

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

  describe('of eight events, when its owner', () => {
    let ids: string[] = [];
    let anchor = '';
    const at = (position: number) => ids[position] as string;
    const spare = '01900000-0000-7000-8000-00000000ffff';

    beforeEach(async () => {
      ids = [];
      for (const person of 'abcdabcd') ids.push(await record(person));
      await sealUntil(8);
      anchor = await lastNote();
    });

    test.each<[string, () => Promise<void>, object[]]>([
      ['changes nothing', async () => undefined, []],
      [
        'edits an event',
        () => tamper(`update audit_events set actor = 'system' where id = $1`, [at(3)]),
        [{ kind: 'edited', position: 3 }],
      ],
      [
        'moves the time of one',
        () => tamper(`update audit_events set at = at + interval '1 microsecond' where id = $1`, [at(5)]),
        [{ kind: 'edited', position: 5 }],
      ],
      [
        'deletes one',
        () => tamper('delete from audit_events where id = $1', [at(2)]),
        [{ kind: 'deleted', position: 2 }],
      ],
      [
        'says that it is about somebody else',
        () => tamper(`update audit_events set account_id = 'b' where id = $1`, [at(0)]),
        [{ kind: 'other_account', position: 0 }],
      ],
      [
        'says that it is about somebody who has no salt',
        () => tamper(`update audit_events set account_id = 'zed' where id = $1`, [at(0)]),
        [{ kind: 'other_account', position: 0 }],
      ],
      [
        'exchanges two',
        async () => {
          await log.owner().query('update audit_leaves set position = 1000 where position = 1');
          await log.owner().query('update audit_leaves set position = 1 where position = 6');
          await log.owner().query('update audit_leaves set position = 6 where position = 1000');
        },
        [
          { kind: 'reordered', position: 1 },
          { kind: 'reordered', position: 6 },
        ],
      ],
      [
        'inserts one among them',
        () =>
          tamper(
            `insert into audit_events (id, at, event, actor, recorded_in) select gen_random_uuid(), at, event, actor, recorded_in from audit_events where id = $1`,
            [at(3)],
          ),
        [{ kind: 'inserted' }],
      ],
      [
        'inserts one with a leaf that is not in the tree',
        async () => {
          await tamper(
            `insert into audit_events (id, at, event, actor, recorded_in) select $2, at, event, actor, recorded_in from audit_events where id = $1`,
            [at(3), spare],
          );
          await log
            .owner()
            .query('insert into audit_leaves (position, event_id) values (1000000000000, $1)', [spare]);
        },
        [{ kind: 'inserted', what: spare }],
      ],
      [
        'inserts one of a transaction that never was',
        () =>
          tamper(
            `insert into audit_events (id, at, event, actor, recorded_in, recorded_at) select $2, at, event, actor, 9000000000000000000, null from audit_events where id = $1`,
            [at(3), spare],
          ),
        [{ kind: 'inserted', what: spare }],
      ],
      [
        'alters the hash of one',
        async () =>
          void (await log
            .owner()
            .query(
              'update audit_tiles set hashes = set_byte(hashes, 70, 255 - get_byte(hashes, 70)) where level = 0',
            )),
        [{ kind: 'rebuilt' }, { kind: 'tree_altered', position: 0 }, { kind: 'edited', position: 2 }],
      ],
      [
        'cuts the last three off',
        async () => {
          await tamper('delete from audit_events where id = any($1)', [ids.slice(5)]);
          await log.owner().query('delete from audit_leaves where position >= 5');
          await log.owner().query('delete from audit_checkpoints');
          await log.owner().query('update audit_sealing set size = 5');
        },
        [
          { kind: 'tree_altered', position: 0 },
          { kind: 'cut_off', position: 5 },
        ],
      ],
      [
        'rebuilds all of it without one',
        async () => {
          await tamper('delete from audit_events where id = $1', [at(4)]);
          for (const table of ['audit_leaves', 'audit_tiles', 'audit_checkpoints'])
            await log.owner().query(`delete from ${table}`);
          await log
            .owner()
            .query(
              `update audit_sealing set size = 0, recorded_in = 0, event_id = '00000000-0000-0000-0000-000000000000'`,
            );
          await record();
          // Even with the key that the database does not hold.
          await sealUntil(8);
        },
        [{ kind: 'rebuilt', to: 7 }],
      ],
    ])('%s', async (_what, act, found) => {
      await act();
      expect((await verified([anchor])).findings).toEqual(found.map((one) => expect.objectContaining(one)));
    });

    test('takes an account away from its events, without an event that says so', async () => {
      await log.owner().query(`update audit_events set account_id = null where account_id = 'a'`);
      await log.owner().query(`delete from audit_salts where account_id = 'a'`);
      expect(await verified([anchor])).toMatchObject({
        intact: 8,
        findings: [{ kind: 'unlinked', position: 0 }],
      });
    });

    const erase = async () => {
      const [row] = await log
        .database()
        .query<{ remaining: string }>(
          statement('spec_erase', sql`select public.audit_events_erase('a') as remaining`),
        );
      return Number(row?.remaining);
    };

    test('erases a person: only once the log says so, and while there is no such account', async () => {
      expect(await erase()).toBe(2);
      await record('a', log.database(), 'user_erased');
      expect(await erase()).toBe(3);
      await sealUntil(9);
      await log
        .owner()
        .query(
          `insert into accounts (id, status, roles, created_at, updated_at) values ('a', 'active', '{}', now(), now())`,
        );
      expect(await erase()).toBe(3);
      await log.owner().query(`delete from accounts where id = 'a'`);
      expect(await erase()).toBe(0);
      expect(await column(`select count(*)::int from audit_salts where account_id = 'a'`)).toEqual([0]);
      expect(await column(`select count(*)::int from audit_events where account_id = 'a'`)).toEqual([0]);
      const lines = (await exported()).join('\n');
      expect(lines).not.toContain('"account_id":"a"');
      expect(lines).toContain('"account_id":"b"');
      expect(await verified([anchor])).toMatchObject({ intact: 9, anchored: 1, findings: [] });
    });

    test('erases a person of whom more was recorded meanwhile, as soon as that is sealed', async () => {
      await record('a', log.database(), 'user_erased');
      await sealUntil(9);
      await record('a');
      expect(await erase()).toBe(2);
      expect(
        await column(`select event from audit_events where account_id = 'a' order by recorded_in`),
      ).toEqual(['user_erased', 'recovery_proven']);
      expect((await verified([anchor])).findings).toEqual([]);
      await sealUntil(10);
      expect(await erase()).toBe(0);
      expect(await column(`select count(*)::int from audit_salts where account_id = 'a'`)).toEqual([0]);
      expect(await column(`select count(*)::int from audit_events where account_id = 'a'`)).toEqual([0]);
      expect(await verified([anchor])).toMatchObject({ intact: 10, anchored: 1, findings: [] });
    });

    test('keeps the event that sealing stands at, so that sealing goes on', async () => {
      // As after a restore, while what is sealed is read again.
      await log
        .owner()
        .query(
          'update audit_sealing s set event_id = e.id, recorded_in = e.recorded_in from audit_events e where e.id = $1',
          [at(2)],
        );
      await tamper(
        `update audit_events set at = now() - interval '13 months', recorded_at = now() - interval '13 months' where id = any($1)`,
        [ids.slice(0, 5)],
      );
      await log.database().query(statement('spec_forget', sql`select public.audit_events_forget()`));
      expect(await sealedIds()).toEqual(ids.slice(2));
      await record();
      await sealUntil(9);
      await log.database().query(statement('spec_forget', sql`select public.audit_events_forget()`));
      expect(await sealedIds()).toHaveLength(4);
    });

    test('forgets a beginning after twelve months, and the log verifies from there', async () => {
      await tamper(
        `update audit_events set at = now() - interval '13 months', recorded_at = now() - interval '13 months' where id = any($1)`,
        [[at(0), at(1), at(2), at(5)]],
      );
      await log.database().query(statement('spec_forget', sql`select public.audit_events_forget()`));
      expect(await sealedIds()).toEqual(ids.slice(3));
      // What was changed for this test alone is found, too.
      expect(await verified([anchor])).toMatchObject({
        first: 3,
        size: 8,
        anchored: 1,
        findings: [{ kind: 'edited', position: 5 }],
      });
      await record();
      await sealUntil(9);
      expect(await verified([anchor])).toMatchObject({ first: 3, size: 9, anchored: 1 });
    });

    test('keeps a person their proofs', async () => {
      const maker = new ProofMaker({ account: 'c', earlier: anchor }, keys.verifiers);
      await record('c');
      await sealUntil(9);
      for (const line of await exported()) maker.read(line);
      const proof = logProof.parse(JSON.parse(JSON.stringify(maker.end())));
      expect(proof.events.map(({ position }) => position)).toEqual([2, 6, 8]);
      expect(wrongWith(proof, keys.verifiers)).toEqual([]);
      expect(wrongWith(proof, keysOf(newKey).verifiers)).toEqual([
        'its head is not signed by a key of this log',
      ]);
      const [first] = proof.events;
      if (first) first.content.actor = 'system';
      expect(wrongWith(proof, keys.verifiers)).toEqual([
        `the event ${at(2)} is not at position 2 of this log`,
      ]);
      const one = logProof.parse(await proveEvent(log.database(), at(5)));
      expect(one.events).toMatchObject([{ position: 5, content: { id: at(5) }, opens: { account_id: 'b' } }]);
      expect(wrongWith(one, keys.verifiers)).toEqual([]);
      expect(await proveEvent(log.database(), uuidv7(clock.now()))).toBeUndefined();
    });
  });
});
