import { markMail } from './mark-address.js';
import { useOverrides } from './overrides.js';
import { PageBrowser } from './page-browser.js';
import { newHousehold, stopTokenIn } from './rekey.js';
import { Story } from './story.js';

const hour = 3_600_000;

/** "This was not me", about what staff have signed for. */
describe('an override', () => {
  const { rekey, who, staff, mailOf, put, assisted, told, events, ...calls } = useOverrides();
  const { approved, usable, use, show } = calls;

  test('is stopped by the person, on the page that the link leads to: it is denied, and of no use', async () => {
    await put('eve');
    const id = await approved('eve');
    const link = `/stop?token=${stopTokenIn(await told(mailOf('eve'), /Support approved/))}`;
    // The link lives as long as what it stops.
    rekey.clock.advance(7 * 24 * hour);
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    await browser.get(link);
    const page = await browser.get('/stop');
    expect(page.html).toMatch(/asked .* support to let them into your account/);
    expect((await browser.submit(page, '/stop', {})).html).toMatch(/Nobody gets in this way/);
    await staff.support.signIn();
    const view = await show(id);
    expect([view.state, view.denied_by, view.denied_at]).toEqual(['denied', undefined, expect.any(String)]);
    expect((await use(id, (await assisted('eve')).id)).body.detail).toBe('The override is denied.');
    expect((await events(id)).at(-1)).toEqual(['override_stopped', 'person', 'eve', null, {}]);
    // A second click, and the link of the other notification.
    const first = stopTokenIn(await told(mailOf('eve'), /asked support/));
    expect((await new Story(rekey).stop(first)).status).toBe(204);
    expect((await events(id)).filter(([event]) => event === 'override_stopped')).toHaveLength(1);
  });

  test('is stopped with the recovery in which it was used: before it is completed, and after', async () => {
    for (const completes of [false, true]) {
      const account = completes ? 'gil' : 'fay';
      await put(account);
      const id = await usable(account);
      const token = stopTokenIn(await told(mailOf(account), /Support approved/));
      const story = await assisted(account);
      expect((await use(id, story.id)).status).toBe(204);
      const done = completes ? await story.complete({ password: 'a sentence of a thief' }) : undefined;
      expect((await story.stop(token)).status).toBe(204);
      expect((await story.complete()).body.code).toBe('recovery_closed');
      expect((await story.show()).body.state).toBe('stopped');
      expect(await show(id)).toMatchObject({ state: 'denied', recovery_id: story.id });
      expect((await events(id)).at(-1)?.slice(0, 4)).toEqual([
        'override_stopped',
        'person',
        account,
        story.id,
      ]);
      if (done)
        expect((await who.issuer('GET', 'sessions', { bearer: done.body.access_token })).status).toBe(401);
    }
  });

  test('is stopped by a link to an address that is compromised now, as long as nobody has got in by it', async () => {
    for (const completes of [false, true]) {
      const account = completes ? 'ned' : 'mia';
      await put(account);
      const id = await usable(account);
      const token = stopTokenIn(await told(mailOf(account), /Support approved/));
      const story = await assisted(account);
      expect((await use(id, story.id)).status).toBe(204);
      await markMail(rekey, account);
      if (completes) expect((await story.complete({ password: 'a sentence of its owner' })).status).toBe(201);
      expect((await story.stop(token)).status).toBe(completes ? 404 : 204);
      expect((await show(id)).state).toBe(completes ? 'used' : 'denied');
      expect((await story.show()).body.state).toBe(completes ? 'completed' : 'stopped');
    }
  });

  test('that is stopped while it is used, or while its recovery is completed, lets nobody in', async () => {
    for (const [at, what] of (['use', 'use', 'complete', 'complete'] as const).entries()) {
      const account = `kit-${at}`;
      await put(account);
      const id = await usable(account);
      const token = stopTokenIn(await told(mailOf(account), /Support approved/));
      const story = await assisted(account);
      if (what === 'complete') expect((await use(id, story.id)).status).toBe(204);
      const act = what === 'use' ? use(id, story.id) : story.complete({ password: 'a sentence of a thief' });
      const [acted, stopped] = await Promise.all([act, story.stop(token)]);
      expect([204, 409, 201, 410]).toContain(acted.status);
      expect(stopped.status).toBe(204);
      expect((await show(id)).state).toBe('denied');
      expect((await story.complete()).status).not.toBe(201);
      const alive = await rekey.sql(`select 1 from sessions where account_id = $1 and ended_at is null`, [
        account,
      ]);
      expect(alive).toEqual([]);
    }
  });
});
