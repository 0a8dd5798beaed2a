import type { StaffContext } from '@rekey/staff';
import { people } from './people.js';
import { policyFile } from './policy-file.js';
import { type Answer, newHousehold, until, useRekey } from './rekey.js';
import { memberOf, type StaffBrowser, staffContext } from './staff-browser.js';
import { Story } from './story.js';

const hour = 3_600_000;
export const reason = 'the caller was seen by video';

/** Two members of staff over HTTP, and people who have nothing left to prove with. */
export function useOverrides() {
  const rekey = useRekey({
    environment: {
      RECOVERY_POLICY_FILE: policyFile({
        roles: { vault: 2 },
        holds: [{ name: 'assisted', hours: 48, when: { startedByStaff: true, roles: ['slow'] } }],
      }),
    },
  });
  const who = people(rekey);
  const staff = {} as { support: StaffBrowser; security: StaffBrowser };
  beforeAll(async () => {
    const context: StaffContext = await staffContext(rekey);
    staff.support = await memberOf(rekey, context, 'support');
    staff.security = await memberOf(rekey, context, 'security');
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(hour);
  });

  const mailOf = (id: string) => `${id}@example.com`;
  /** An address and a phone are one class of proof, and the role wants two: nothing that the person has is enough. */
  const put = (id: string, roles = ['vault']) => who.put(id, { roles });
  const signed = async (by: StaffBrowser, draftPath: string, path: string, json: object): Promise<Answer> => {
    await by.signIn();
    const drafted = await by.call('POST', draftPath, json);
    if (drafted.status !== 200) return drafted;
    const { text, options } = drafted.body;
    return by.call('POST', path, { text, response: by.passkey.get(options) });
  };
  const request = (id: string, by = staff.support, lost?: string[]) => {
    const named = lost ? { lost } : {};
    const json = { account_id: id, evidence: 'passport, by video', reason, ...named };
    return signed(by, 'overrides/draft', 'overrides', json);
  };
  const approve = (id: string, by = staff.security) =>
    signed(by, `overrides/${id}/approval/draft`, `overrides/${id}/approval`, {});
  const requested = async (account: string): Promise<string> => {
    const answer = await request(account);
    expect([answer.status, answer.body.state]).toEqual([201, 'requested']);
    return answer.body.id;
  };
  const approved = async (account: string): Promise<string> => {
    const id = await requested(account);
    const answer = await approve(id);
    expect([answer.status, answer.body.state]).toEqual([200, 'approved']);
    return id;
  };
  const usable = async (account: string): Promise<string> => {
    const id = await approved(account);
    rekey.clock.advance(24 * hour);
    await staff.support.signIn();
    return id;
  };
  const use = (id: string, recovery: string, by = staff.support) =>
    by.call('POST', `overrides/${id}/use`, { recovery_id: recovery, reason });
  const show = async (id: string) => (await staff.support.call('GET', `overrides/${id}`)).body;
  /** A recovery as an assist starts it: bound to its account, in the browser of its person. */
  const assisted = async (account: string, by = mailOf(account)): Promise<Story> => {
    const story = new Story(rekey);
    await story.begin(by);
    await rekey.sql(
      `update recoveries set assist_id = gen_random_uuid(), account_id = $2, generation = a.generation
       from accounts a where a.id = $2 and recoveries.id = $1`,
      [story.id, account],
    );
    return story;
  };
  const told = (to: string, about: RegExp) =>
    until(`${about} to ${to}`, async () => (await rekey.messages(to)).find(({ text }) => about.test(text)));
  const events = async (id: string) =>
    (
      await rekey.sql(
        `select event, actor, account_id, recovery_id, detail - 'override' as detail from audit_events
         where detail->>'override' = $1 order by recorded_at, id`,
        [id],
      )
    ).map(({ event, actor, account_id, recovery_id, detail }) => [
      event,
      actor,
      account_id,
      recovery_id,
      detail,
    ]);
  const calls = { request, approve, requested, approved, usable, use, show };
  return { rekey, who, staff, mailOf, put, assisted, told, events, ...calls };
}
