import { binding } from '../flows/binding.js';
import { markMail } from '../flows/mark-address.js';
import { people } from '../flows/people.js';
import { newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const chosen = 'a sentence that its owner chose';

/** A "this was not me" link that was sent to an address before staff marked it: somebody else reads it. */
describe('a link that went to an address which is compromised now', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const { bearerOf, makeCodes, proofBy } = binding(rekey, who);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });
  const linkTo = async (to: string, about: RegExp): Promise<string> =>
    stopTokenIn(
      await until(`${about} to ${to}`, async () =>
        (await rekey.messages(to)).find(({ text }) => about.test(text)),
      ),
    );
  const mailOf = (id: string) => `${id}@example.com`;
  const stop = async (token: string) => (await new Story(rekey).stop(token)).status;

  test('ends an open recovery, and nothing else with it', async () => {
    await who.put('open');
    const before = new Story(rekey);
    await before.proveBy(who.phoneOf('open'));
    expect((await before.complete({ password: chosen })).status).toBe(201);
    await rekey.idle();
    rekey.clock.advance(120_000);
    newHousehold();
    const story = new Story(rekey);
    const { message } = await story.begin(mailOf('open'));
    await markMail(rekey, 'open');
    expect(await stop(stopTokenIn(message))).toBe(204);
    expect((await story.show()).body.state).toBe('stopped');
    expect((await who.signIn('open', { password: chosen })).status).toBe(201);
  });

  test('takes back no recovery that is completed: its password stays; restored, or by another address, a link works', async () => {
    for (const by of ['restored', 'phone'] as const) {
      const id = `done-${by}`;
      await who.put(id);
      const story = new Story(rekey);
      await story.proveBy(who.phoneOf(id));
      const { body } = await story.complete({ password: chosen });
      const mail = await linkTo(mailOf(id), /was recovered/);
      const phone = await linkTo(who.phoneOf(id), /was recovered/);
      await markMail(rekey, id);
      expect(await stop(mail)).toBe(404);
      expect((await story.show()).body.state).toBe('completed');
      const bearer = body.access_token;
      expect((await who.issuer('GET', 'sessions', { bearer })).status).toBe(200);
      expect((await who.signIn(id, { password: chosen })).status).toBe(201);
      if (by === 'restored') await markMail(rekey, id, 'restored');
      expect(await stop(by === 'restored' ? mail : phone)).toBe(204);
      expect((await who.signIn(id, { password: chosen })).status).toBe(401);
    }
  });

  test('takes back no later recovery, by the link of an earlier one', async () => {
    await who.put('later');
    const thief = new Story(rekey);
    const { message, code } = await thief.begin(mailOf('later'));
    expect((await thief.prove(code)).body.state).toBe('proven');
    const link = stopTokenIn(message);
    await rekey.idle();
    rekey.clock.advance(120_000);
    newHousehold();
    await markMail(rekey, 'later');
    const owner = new Story(rekey);
    await owner.proveBy(who.phoneOf('later'));
    expect((await owner.complete({ password: chosen })).status).toBe(201);
    await stop(link);
    expect((await owner.show()).body.state).toBe('completed');
    expect((await who.signIn('later', { password: chosen })).status).toBe(201);
  });

  test('undoes no binding: what it has replaced stays away', async () => {
    await who.put('bound');
    const codes = await makeCodes(await bearerOf('bound'));
    const mail = await linkTo(mailOf('bound'), /codes were created/);
    const phone = await linkTo(who.phoneOf('bound'), /codes/);
    await markMail(rekey, 'bound');
    expect(await stop(mail)).toBe(404);
    const [kept] = await rekey.sql(
      `select count(*)::int as n from authenticators where account_id = 'bound'`,
    );
    expect(kept).toEqual({ n: 1 });
    expect(await stop(phone)).toBe(204);
    expect((await proofBy('bound', 'backup_code', codes[0] ?? '')).body.state).not.toBe('proven');
  });
});
