import { binding } from '../flows/binding.js';
import { basicOf } from '../flows/people.js';
import { type Answer, codeIn, newHousehold } from '../flows/rekey.js';
import { memberOf, type StaffBrowser } from '../flows/staff-browser.js';
import { hour, type useConsole } from './console-stage.js';

export type Scene = Awaited<ReturnType<typeof furnish>>;

const day = 24 * hour;
const clients = {
  shop: {
    name: 'Shop',
    type: 'confidential',
    redirect_uris: ['https://shop.example.com/back'],
    grants: ['authorization_code', 'refresh_token'],
  },
  'mobile-app': {
    name: 'Shop for phones',
    type: 'public',
    redirect_uris: ['com.example.shop:/back', 'https://shop.example.com/app'],
    grants: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    lifetimes: { access: 300 },
  },
};

/**
 * A console in which there is something of everything, by the acts that bring it about. It takes two days of the clock, and as many more as
 * are asked for.
 *
 * @param days of people who recover, for the charts
 */
export async function furnish(stage: ReturnType<typeof useConsole>, days = 0) {
  const { rekey, who, proved, begun } = stage;
  const { bearerOf, bindApp, makeCodes } = binding(rekey, who);
  const { clientId, clientSecret } = rekey.settings.management;
  const office = async (method: string, path: string, json: object) => {
    const headers = basicOf(clientId, { client_secret: clientSecret });
    const bearer = (await rekey.token({ grant_type: 'client_credentials' }, headers)).body.access_token;
    const { status } = await rekey.call(method, `${stage.base()}/v1/${path}`, { bearer, json });
    expect([path, status < 300]).toEqual([path, true]);
  };
  const signed = async (by: StaffBrowser, path: string, json: object): Promise<Answer> => {
    await by.signIn();
    const { text, options } = (await by.call('POST', `${path}/draft`, json)).body;
    return by.call('POST', path, { text, response: by.passkey.get(options) });
  };

  for (const [id, client] of Object.entries(clients)) await office('PUT', `clients/${id}`, client);
  const support = await memberOf(rekey, stage.context(), 'support', 'Sam Okafor');
  const security = await memberOf(rekey, stage.context(), 'security', 'Ines Ivanova');
  await stage.invited('王芳', 'auditor');
  await crowd(stage, days);

  // A recovery, after which she binds anew; a mailbox that somebody else reads.
  const id = 'u-2041';
  const account = { username: 'yue.lin', locale: 'zh-Hans', roles: ['member', 'seller'] };
  const addresses = [
    { kind: 'email', value: `${id}@example.com`, verified: true, primary: true },
    { kind: 'phone', value: who.phoneOf(id), verified: true },
    { kind: 'email', value: 'yue@old.example', verified: true },
  ];
  await who.put(id, { ...account, addresses });
  const old = await bearerOf(id);
  const completed = await proved(id);
  const chosen = 'what yue has chosen since then';
  expect((await completed.complete({ password: chosen })).status).toBe(201);
  rekey.clock.advance(hour);
  const bearer = await bearerOf(id, { password: chosen });
  await makeCodes(bearer);
  await bindApp(bearer);
  await security.signIn();
  const seen: { addresses: { id: string; kind: string; primary: boolean }[] } = (
    await security.call('GET', `accounts/${id}`)
  ).body;
  const mailbox = seen.addresses.find(({ kind, primary }) => kind === 'email' && !primary)?.id;
  const reason = 'she says that her former company reads it';
  await security.call('POST', `accounts/${id}/addresses/${mailbox}/compromised`, { reason });

  // Two overrides: one has waited, the other waits for a second person.
  const ask = (account_id: string, evidence: string, why: string) =>
    signed(support, 'overrides', { account_id, evidence, reason: why });
  for (const each of ['u-3077', 'u-3112']) await who.put(each, { roles: ['vault'] });
  const usable = await ask(
    'u-3077',
    'Video call with the HR department of her company, case 4698',
    'Her phone was stolen',
  );
  await signed(security, `overrides/${usable.body.id}/approval`, {});
  rekey.clock.advance(day);
  const asked = await ask(
    'u-3112',
    'Met at the Zurich desk, passport seen by two people, case 4711',
    'The phone was stolen and the mailbox is closed: no proof is left',
  );

  // What goes on now: what a page knows of the time, the machine has told it.
  rekey.clock.advance(Math.max(0, Date.now() - rekey.clock.now()));
  await who.put('u-2077', { roles: ['held'] });
  const held = await proved('u-2077');
  const proving = await proved(id);
  const wrong = await (await begun('u-3077')).prove('00000000');
  await support.signIn();
  const assist = await support.call('POST', 'assists', { account_id: id, reason: 'called from her office' });
  await rekey.idle();
  const [{ id: event }] = await rekey.sql(
    `select id from audit_events where event = 'recovery_held' and recovery_id = $1`,
    [held.id],
  );
  return {
    ...{ id, support, security, event, token: old },
    held: held.id,
    completed: completed.id,
    proving: proving.id,
    request: wrong.headers.get('x-request-id'),
    assist: assist.body as { id: string; code: string },
    requested: asked.body.id as string,
    usable: usable.body.id as string,
  };
}

/** People who recover, some of them in vain, a few a day. */
async function crowd({ rekey, who, begun }: ReturnType<typeof useConsole>, days: number): Promise<void> {
  for (let nth = 0; nth < days * 4; nth++) {
    const id = `u-${1000 + nth}`;
    newHousehold();
    await who.put(id, { roles: nth % 9 === 4 ? ['held'] : [] });
    if (nth % 2) await who.signIn(id);
    rekey.clock.advance(((3 + (nth % 5)) * day) / 20);
    const story = await begun(id);
    if (nth % 5 === 2) await story.prove('00000000');
    if (nth % 4 !== 1) {
      const [code] = await rekey.codes(`${id}@example.com`);
      if (code) await story.prove(codeIn(code));
      await story.complete();
    }
  }
  // The clock stands still while a message is sent.
  await rekey.idle();
  await rekey.sql(
    `update messages set sent_at = sent_at + make_interval(secs => 1 + 9 * random()) where state = 'sent'`,
  );
}
