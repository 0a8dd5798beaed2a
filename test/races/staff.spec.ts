import { inviteStaff, type StaffContext } from '@rekey/staff';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { memberOf, StaffBrowser, staffContext } from '../flows/staff-browser.js';

describe('staff, at once', () => {
  const rekey = useRekey();
  let context: StaffContext;
  beforeAll(async () => {
    context = await staffContext(rekey);
  });
  beforeEach(() => void newHousehold());

  test('five registrations with one invitation: one wins', async () => {
    const invited = await inviteStaff(context, 'system', { name: 'One', role: 'support', reason: 'a test' });
    const url = 'url' in invited ? invited.url : '';
    const browsers = [0, 1, 2, 3, 4].map(() => new StaffBrowser(rekey));
    const answers = await Promise.all(browsers.map((browser) => browser.register(url)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404, 404]);
    const id = browsers.find((browser) => browser.id !== '')?.id;
    const made = await rekey.sql(
      `select (select count(*)::int from staff_passkeys where member_id = $1) as passkeys,
         (select count(*)::int from staff_sessions where member_id = $1) as sessions`,
      [id],
    );
    expect(made).toEqual([{ passkeys: 1, sessions: 1 }]);
  });

  test('five sign-ins with one counter: one wins', async () => {
    const { passkey } = await memberOf(rekey, context, 'auditor');
    const offered = await Promise.all(
      [0, 1, 2, 3, 4].map(async () => {
        const browser = new StaffBrowser(rekey, passkey);
        return { browser, options: (await browser.call('POST', 'sessions/options')).body.options };
      }),
    );
    const answers = await Promise.all(
      offered.map(({ browser, options }) =>
        browser.call('POST', 'sessions', { response: passkey.get(options, { counter: 9_000 }) }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401, 401]);
  });

  test('the last two admins disable each other, or take the role from each other: one stays', async () => {
    let stays = await memberOf(rekey, context, 'admin');
    for (const change of [{ disabled: true }, { role: 'support' }, { disabled: true }, { role: 'auditor' }]) {
      const other = await memberOf(rekey, context, 'admin');
      await stays.signIn();
      const pair: [StaffBrowser, StaffBrowser][] = [
        [stays, other],
        [other, stays],
      ];
      const answers = await Promise.all(
        pair.map(([by, of]) => by.call('PATCH', `members/${of.id}`, { ...change, reason: 'a race' })),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(['200 401', '200 403']).toContain(statuses.join(' '));
      const admins = await rekey.sql(
        `select id from staff_members where role = 'admin' and disabled_at is null`,
      );
      expect(admins).toHaveLength(1);
      stays = pair.find(([{ id }]) => id === admins[0].id)?.[0] ?? stays;
    }
  });
});
