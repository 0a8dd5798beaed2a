import { people } from '../flows/people.js';
import { policyFile } from '../flows/policy-file.js';
import { newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** A held recovery that several people decide about at the same time, on a real PostgreSQL. */
describe('a held recovery', () => {
  const holds = [{ name: 'all', hours: 24, when: { newBrowser: true } }];
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policyFile({ holds }) } });
  const who = people(rekey);

  test.each(Array.from({ length: 6 }, (_, round) => round))(
    'has one end: released, denied, cancelled, stopped or completed, round %i',
    async (round) => {
      newHousehold();
      rekey.clock.advance(600_000);
      const id = `raced-${round}`;
      const mail = `${id}@example.com`;
      await who.put(id);
      const story = new Story(rekey);
      expect((await story.proveBy(mail)).body.state).toBe('held');
      const notice = await until('the notice', async () =>
        (await rekey.messages(mail)).find(({ text }) => text.includes('on hold until')),
      );
      const bearer = await who.management();
      const decide = async (decision: string) => {
        const url = `${rekey.settings.urls.console}/v1/recoveries/${story.id}/${decision}`;
        return (await rekey.call('POST', url, { bearer, json: { reason: 'a race' } })).status;
      };
      const acts: [string, () => Promise<number>][] = [
        ['release', () => decide('release')],
        ['release', () => decide('release')],
        ['deny', () => decide('deny')],
        ['deny', () => decide('deny')],
        ['complete', async () => (await story.complete()).status],
        ['complete', async () => (await story.complete()).status],
        // In some rounds only: they win against most.
        ...(round % 3 === 1 ? [['cancel', async () => (await story.cancel()).status] as const] : []),
        ...(round % 3 === 2
          ? [['stop', async () => (await story.stop(stopTokenIn(notice))).status] as const]
          : []),
      ].map(([name, act]) => [name, act] as [string, () => Promise<number>]);
      const turned = [...acts.slice(round), ...acts.slice(0, round)];
      const statuses = await Promise.all(turned.map(([, act]) => act()));
      const won = (act: string) =>
        turned.filter(([name], at) => name === act && (statuses[at] ?? 500) < 300).length;
      expect(statuses.every((status) => [201, 204, 409, 410].includes(status))).toBe(true);
      const audited = async (event: string) =>
        (
          await rekey.sql('select 1 from audit_events where recovery_id = $1 and event = $2', [
            story.id,
            event,
          ])
        ).length;
      const [released, denied] = [await audited('recovery_released'), await audited('recovery_denied')];
      expect([released, denied]).toEqual([won('release'), won('deny')]);
      // A release is no end: what follows it may be one. A denial is, and both together cannot be.
      expect(released + denied).toBeLessThanOrEqual(1);
      expect(await audited('recovery_completed')).toBe(won('complete'));
      expect(won('complete')).toBeLessThanOrEqual(released);
      const [row] = await rekey.sql('select state from recoveries where id = $1', [story.id]);
      const ends = [
        ...(denied ? ['stopped'] : []),
        ...(won('stop') && !denied ? ['stopped'] : []),
        ...(won('cancel') ? ['cancelled'] : []),
        ...(won('complete') && !won('stop') ? ['completed'] : []),
      ];
      expect(ends.length).toBeLessThanOrEqual(1);
      expect(row.state).toBe(ends[0] ?? 'proven');
      const alive = await rekey.sql('select 1 from sessions where recovery_id = $1 and ended_at is null', [
        story.id,
      ]);
      expect(alive).toHaveLength(row.state === 'completed' ? 1 : 0);
    },
  );
});
