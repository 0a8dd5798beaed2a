import type { StaffContext } from '@rekey/staff';
import { claimsOf, people } from './people.js';
import { type Answer, newHousehold, type Rekey, until } from './rekey.js';
import { memberOf, type StaffBrowser, staffContext } from './staff-browser.js';
import { Story } from './story.js';

export const unknown = '0197f0a0-0000-7000-8000-000000000001';
export const reason = 'the caller was identified by a call back';

/** What an act is about: an account with a phone and a mail address, a live session, and a recovery. */
export interface Ground {
  id: string;
  story: Story;
  session: { id: string; refresh: string; access: string };
  /** Id of the mail address. */
  address: string;
}

export interface Act {
  path: (on: Ground) => string;
  /** With something that is not there. */
  missing: (on: Ground) => string[];
  event: string;
  detail: (on: Ground) => object;
  recovery?: boolean;
  /** How the recovery stands. */
  state: 'none' | 'proving' | 'held' | 'completed';
  status?: number;
  /** The status of the same again. */
  again: number;
  before?: (on: Ground) => Promise<unknown>;
  effect: (on: Ground) => Promise<void>;
}

/** Every act of staff on accounts and recoveries, by a member with the role security. For the policy with {@link holds}. */
export function useActs(rekey: Rekey) {
  const who = people(rekey);
  let context: StaffContext;
  let security: StaffBrowser;
  beforeAll(async () => {
    context = await staffContext(rekey);
    security = await memberOf(rekey, context, 'security');
  });
  beforeEach(async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    await security.signIn();
  });

  const mailOf = (id: string) => `${id}@example.com`;
  const act = (path: string, json: object = { reason }): Promise<Answer> => security.call('POST', path, json);
  const audited = (event: string, account: string) =>
    rekey.sql(
      `select actor, account_id, recovery_id, request_id, detail from audit_events
       where event = $1 and account_id = $2 and actor like 'staff:%' order by recorded_at, id`,
      [event, account],
    );
  const told = (to: string, about: RegExp) =>
    until(`${about} to ${to}`, async () => (await rekey.messages(to)).find(({ text }) => about.test(text)));
  const refresh = async (token: string) =>
    (await rekey.token({ grant_type: 'refresh_token', client_id: 'default', refresh_token: token })).status;
  const stateOf = async ({ story }: Ground) =>
    (await rekey.sql('select state from recoveries where id = $1', [story.id]))[0].state;

  async function ground(id: string, state: Act['state']): Promise<Ground> {
    await who.put(id, { roles: state === 'held' ? ['held'] : [] });
    const story = new Story(rekey);
    if (state === 'proving') await story.begin(mailOf(id));
    if (state === 'held' || state === 'completed') await story.proveBy(mailOf(id));
    const { body } = state === 'completed' ? await story.complete() : await who.signIn(id);
    const [address] = await rekey.sql(`select id from addresses where account_id = $1 and kind = 'email'`, [
      id,
    ]);
    const access = body.access_token;
    const { sid } = claimsOf(access);
    return {
      id,
      story,
      address: address.id,
      session: { id: String(sid), refresh: body.refresh_token, access },
    };
  }

  const ended = async ({ session }: Ground) => expect(await refresh(session.refresh)).toBe(400);
  const ofAccount = (act: string) => ({
    path: ({ id }: Ground) => `accounts/${id}/${act}`,
    missing: () => [`accounts/nobody/${act}`],
  });
  const ofRecovery = (act: string) => ({
    path: ({ story }: Ground) => `recoveries/${story.id}/${act}`,
    missing: () => [`recoveries/${unknown}/${act}`, `recoveries/no-id/${act}`],
    recovery: true,
  });
  const ofAddress = (act: string) => ({
    path: ({ id, address }: Ground) => `accounts/${id}/addresses/${address}/${act}`,
    missing: ({ id, address }: Ground) => [
      `accounts/${id}/addresses/${unknown}/${act}`,
      `accounts/nobody/addresses/${address}/${act}`,
    ],
  });

  const acts: Record<string, Act> = {
    release: {
      ...ofRecovery('release'),
      ...{ event: 'recovery_released', detail: () => ({}), state: 'held', again: 409 },
      effect: async (on) => expect(await stateOf(on)).toBe('proven'),
    },
    deny: {
      ...ofRecovery('deny'),
      ...{ event: 'recovery_denied', detail: () => ({}), state: 'held', again: 409 },
      effect: async (on) => expect(await stateOf(on)).toBe('stopped'),
    },
    'end sessions of a recovery': {
      ...ofRecovery('end-sessions'),
      ...{ event: 'sessions_ended', detail: () => ({ of: 'recovery', ended: 1 }), state: 'completed' },
      ...{ again: 204, effect: ended },
    },
    'end sessions of an account': {
      ...ofAccount('end-sessions'),
      ...{ event: 'sessions_ended', detail: () => ({ of: 'account', ended: 1 }), state: 'none' },
      ...{ again: 204, effect: ended },
    },
    'end one session': {
      path: ({ id, session }) => `accounts/${id}/sessions/${session.id}/end`,
      missing: ({ id, session }) => [
        `accounts/${id}/sessions/${unknown}/end`,
        `accounts/nobody/sessions/${session.id}/end`,
      ],
      event: 'sessions_ended',
      detail: ({ session }) => ({ of: 'session', session: session.id, ended: 1 }),
      ...{ state: 'none', again: 204, effect: ended },
    },
    disable: {
      ...ofAccount('disable'),
      ...{ event: 'user_updated', detail: () => ({ status: 'disabled', members: ['status'] }) },
      ...{ state: 'held', again: 204 },
      effect: async (on) => {
        await ended(on);
        expect(await stateOf(on)).toBe('stopped');
        await told(mailOf(on.id), /The account was disabled/);
        expect((await who.signIn(on.id)).status).toBe(401);
      },
    },
    enable: {
      ...ofAccount('enable'),
      ...{ event: 'user_updated', detail: () => ({ status: 'active', members: ['status'] }) },
      ...{ state: 'none', again: 204 },
      before: ({ id }) => who.put(id, { status: 'disabled' }),
      effect: async ({ id }) => {
        await told(mailOf(id), /The account was enabled again/);
        expect((await who.signIn(id)).status).toBe(201);
      },
    },
    'mark as compromised': {
      ...ofAddress('compromised'),
      ...{ event: 'address_compromised', detail: ({ address }) => ({ address }), state: 'completed' },
      again: 204,
      effect: async (on) => {
        await ended(on);
        await told(who.phoneOf(on.id), /marked another email address/);
        await rekey.idle();
        const mails = await rekey.messages(mailOf(on.id));
        expect(mails.filter(({ text }) => /marked another/.test(text))).toEqual([]);
        const { body } = await security.call('GET', `accounts/${on.id}`);
        const marked = body.addresses.filter((one: Record<string, unknown>) => 'compromised_at' in one);
        expect(marked.map(({ id }: { id: string }) => id)).toEqual([on.address]);
      },
    },
    restore: {
      ...ofAddress('restore'),
      ...{ event: 'address_restored', detail: ({ address }) => ({ address }), state: 'none', again: 204 },
      before: ({ id, address }) => act(`accounts/${id}/addresses/${address}/compromised`),
      effect: async ({ id }) => {
        for (const to of [mailOf(id), who.phoneOf(id)]) await told(to, /back in use/);
        rekey.clock.advance(61_000);
        expect((await new Story(rekey).proveBy(mailOf(id))).body.state).toBe('proven');
      },
    },
    resend: {
      ...ofRecovery('resend'),
      ...{
        event: 'recovery_code_requested',
        detail: () => ({ channel: 'sms', address: expect.any(String) }),
      },
      ...{ state: 'proving', status: 202, again: 429 },
      before: async () => rekey.clock.advance(60_000),
      effect: async (on) => {
        const sms = await rekey.message(who.phoneOf(on.id));
        expect(sms.channel).toBe('sms');
      },
    },
  };

  return { who, acts, act, audited, ground, by: () => security, mailOf };
}

export const holds = [{ name: 'all', hours: 24, when: { roles: ['held'] } }];
