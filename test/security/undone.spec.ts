import { binding } from '../flows/binding.js';
import { people } from '../flows/people.js';
import { newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const days = 86_400_000;

/** "This was not me", about a binding. */
describe('undoing a binding', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const { bearerOf, makeCodes, bindApp, list, proofBy } = binding(rekey, who);
  beforeEach(() => {
    newHousehold();
  });

  // Either notice may arrive first.
  test.each([0, 1])(
    'restores the authenticator that it replaced, and nothing that was removed separately (notice %s)',
    async (notice) => {
      const id = `swapped-${notice}`;
      await who.put(id);
      const owners = await makeCodes(await bearerOf(id));
      await rekey.idle();
      rekey.clock.advance(31 * days);
      // A lost app, which its owner removes.
      const lost = await bindApp(await bearerOf(id));
      rekey.clock.advance(60_000);
      const second_factor = { kind: 'totp', value: who.totp(lost.secret) };
      const bearer = await bearerOf(id, { second_factor });
      expect((await who.issuer('DELETE', `authenticators/${lost.id}`, { bearer })).status).toBe(204);
      // The same session makes codes twice: neither of its sets is the earlier one.
      const first = await makeCodes(bearer);
      const second = await makeCodes(bearer);
      const mail = await until('the notice of the third set', async () => {
        const mails = await rekey.messages(`${id}@example.com`);
        const made = mails.filter(({ text }) => /codes were created/.test(text));
        return made.length >= 3 ? made[notice] : undefined;
      });
      expect((await new Story(rekey).stop(stopTokenIn(mail))).status).toBe(204);
      expect((await who.issuer('GET', 'sessions', { bearer })).status).toBe(401);
      // Without a second factor, because the app stays removed.
      const again = await bearerOf(id);
      expect(await list(again)).toMatchObject([{ kind: 'backup_code', codes_left: 10, suspended: false }]);
      expect((await proofBy(id, 'backup_code', first[0] ?? '')).status).toBe(422);
      expect((await proofBy(id, 'backup_code', second[0] ?? '')).status).toBe(422);
      expect((await proofBy(id, 'backup_code', owners[0] ?? '')).body.state).toBe('proven');
    },
  );

  const madeBy = async (id: string, known: number) => {
    const { device_token, access_token } = (await who.signIn(id)).body;
    const codes = await makeCodes(access_token);
    const mail = await until('the notice', async () => {
      const mails = await rekey.messages(`${id}@example.com`);
      const made = mails.filter(({ text }) => /codes were created/.test(text));
      return made.length > known ? made[0] : undefined;
    });
    return { codes, device_token, undo: async () => (await new Story(rekey).stop(stopTokenIn(mail))).status };
  };
  const three = async (id: string) => {
    await who.put(id);
    const owner = await madeBy(id, 0);
    await rekey.idle();
    rekey.clock.advance(31 * days);
    return { owner, thief: await madeBy(id, 1), again: await madeBy(id, 2) };
  };

  test('works by the link of a binding that another session has replaced', async () => {
    const { owner, thief, again } = await three('chained');
    expect([await thief.undo(), await again.undo()]).toEqual([204, 204]);
    for (const { codes } of [thief, again])
      expect((await proofBy('chained', 'backup_code', codes[0] ?? '')).status).toBe(422);
    expect((await proofBy('chained', 'backup_code', owner.codes[0] ?? '')).body.state).toBe('proven');
  });

  test('after a recovery suspended it, restores the earlier one as suspended too', async () => {
    const { thief, again } = await three('aside');
    const story = new Story(rekey);
    await story.proveBy('aside@example.com');
    const { body } = await story.complete({ password: 'a sentence that its owner chose' });
    expect(await again.undo()).toBe(204);
    expect(await list(body.access_token)).toMatchObject([{ kind: 'backup_code', suspended: true }]);
    expect((await proofBy('aside', 'backup_code', thief.codes[0] ?? '')).status).toBe(422);
  });

  test("makes every browser unknown, because one may be the thief's", async () => {
    const { again } = await three('unknown');
    expect(await again.undo()).toBe(204);
    const wrong = () => who.signIn('unknown', { password: 'not the password of anybody' });
    for (let n = 0; n < 5; n++) expect((await wrong()).status).toBe(401);
    const { device_token } = again;
    expect((await who.signIn('unknown', { device_token })).status).toBe(429);
  });
});
