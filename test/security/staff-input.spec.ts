import type { StaffContext, StaffRole } from '@rekey/staff';
import { newHousehold, type Rekey, startRekey } from '../flows/rekey.js';
import { memberOf, type StaffBrowser, staffContext } from '../flows/staff-browser.js';
import { rightsOfRole, wanted } from './staff-routes.js';

/** What no page of the console sends, by members who may ask: an answer that says so, and no fault. */
describe('odd input of staff', () => {
  let rekey: Rekey;
  let context: StaffContext;
  const members = {} as Record<StaffRole, StaffBrowser>;
  beforeAll(async () => {
    rekey = await startRekey();
    context = await staffContext(rekey);
    for (const role of ['security', 'auditor', 'admin'] as const)
      members[role] = await memberOf(rekey, context, role);
  });
  afterAll(() => rekey?.close());
  beforeEach(() => newHousehold());

  const reason = 'a test';
  const uuid = '0197f0a0-0000-7000-8000-000000000001';
  /** A body that the route would take, but for what is in it. */
  const bodyOf = (route: string): object => {
    if (route.endsWith('/match')) return { number: '123' };
    if (route.endsWith('/use')) return { recovery_id: uuid, reason };
    if (route.endsWith('/approval/draft') || route.endsWith('/options')) return {};
    return { reason };
  };
  const who = (right: string): StaffBrowser =>
    (Object.entries(members) as [StaffRole, StaffBrowser][]).find(([role]) =>
      rightsOfRole[role].includes(right as never),
    )?.[1] as StaffBrowser;

  const ids = ['a%00b', 'a%2Fb', uuid.toUpperCase(), 'x'.repeat(150)];
  test.each(ids)('no route fails, and none is found, with the id %s', async (id) => {
    const faults: unknown[] = [];
    for (const [route, right] of Object.entries(wanted)) {
      if (right === 'public' || !route.includes(':')) continue;
      const [method = '', path = ''] = route.split(' ');
      const { status } = await who(right).call(
        method,
        path.replace('/staff/', '').replace(/:\w+/g, id),
        bodyOf(route),
      );
      // Also of an account that is no more.
      const isRead = route === 'GET /staff/accounts/:id/events' && status === 200;
      if (status >= 500 || (status < 400 && !isRead)) faults.push([route, status]);
    }
    expect(faults).toEqual([]);
  });

  const queries = [
    'limit=1e9',
    'cursor=%00',
    'account_id=%00',
    'account_id=a&account_id=b',
    'from=0000-01-01T00:00:00Z',
    'identifier=%ff',
  ];
  test.each(queries)('no list fails with %s', async (query) => {
    const faults: unknown[] = [];
    for (const [route, right] of Object.entries(wanted)) {
      if (!route.startsWith('GET') || right === 'public' || route.includes(':')) continue;
      const { status } = await who(right).call('GET', `${route.replace('GET /staff/', '')}?${query}`);
      if (status >= 500) faults.push([route, status]);
    }
    expect(faults).toEqual([]);
  });

  test('an assist for what is no id of an account is refused', async () => {
    for (const account_id of ['\0', ' ', 'x'.repeat(129)]) {
      const { status } = await members.security.call('POST', 'assists', { account_id, reason });
      expect([account_id, status]).toEqual([account_id, 400]);
    }
  });
});
