import { policyFile } from './policy-file.js';
import { useRekey } from './rekey.js';
import { holds, reason, useActs } from './staff-acts.js';

describe('acts of staff', () => {
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policyFile({ holds }) } });
  const { acts, act, audited, ground, by } = useActs(rekey);

  test.each(Object.entries(acts))(
    '%s: with its reason, audited as this member, and again',
    async (name, { path, missing, detail, event, recovery, state, status = 204, again, before, effect }) => {
      const on = await ground(name.replaceAll(' ', '-'), state);
      await before?.(on);
      const earlier = (await audited(event, on.id)).length;
      for (const gone of missing(on))
        expect([gone, (await act(gone)).body.code]).toEqual([gone, 'not_found']);
      for (const json of [{}, { reason: '' }, { reason: 'two\nlines' }, { reason, more: 1 }])
        expect([json, (await act(path(on), json)).body.code]).toEqual([json, 'invalid_request']);
      expect(await audited(event, on.id)).toHaveLength(earlier);
      const done = await act(path(on));
      expect([done.status, done.text]).toEqual([status, status === 204 ? '' : expect.any(String)]);
      const [row, ...others] = (await audited(event, on.id)).slice(earlier);
      expect(row).toEqual({
        actor: `staff:${by().id}`,
        account_id: on.id,
        recovery_id: recovery ? on.story.id : null,
        request_id: done.headers.get('x-request-id'),
        detail: { ...detail(on), reason },
      });
      expect(others).toEqual([]);
      await effect(on);
      expect((await act(path(on))).status).toBe(again);
      // Again is audited too, as what has changed nothing.
      const repeated = (await audited(event, on.id)).slice(earlier + 1).map(({ detail }) => detail);
      const nothing = event === 'sessions_ended' ? { ended: 0 } : { already: true };
      expect(repeated).toEqual(again === 204 ? [expect.objectContaining({ ...nothing, reason })] : []);
    },
  );

  test.each(Object.entries(acts))('%s: without a fresh passkey nothing happens', async (name, of) => {
    const on = await ground(`stale-${name.replaceAll(' ', '-')}`, of.state);
    const earlier = (await audited(of.event, on.id)).length;
    rekey.clock.advance(5 * 60_000);
    const refused = await act(of.path(on));
    expect([refused.status, refused.body.code]).toEqual([401, 'step_up_required']);
    expect(await audited(of.event, on.id)).toHaveLength(earlier);
    expect((await by().confirm()).status).toBe(200);
    expect((await act(of.path(on))).status).not.toBe(401);
  });

  test('what has ended before is audited as none that ended', async () => {
    const on = await ground('ended-before', 'none');
    const path = `accounts/${on.id}/sessions/${on.session.id}/end`;
    for (const path_ of [path, path, `accounts/${on.id}/end-sessions`]) await act(path_);
    const details = (await audited('sessions_ended', on.id)).map(({ detail }) => detail.ended);
    expect(details).toEqual([1, 0, 0]);
    const own = await audited('authn_token_revoked', on.id);
    expect(own.map(({ actor, detail }) => [actor, detail])).toEqual([
      [`staff:${by().id}`, { session: on.session.id, reason: 'management' }],
    ]);
  });
});
