import { hashPassword, sealedPuts } from '@rekey/accounts';
import { resealRows } from '@rekey/database';
import { password as old, people } from './people.js';
import { newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

const chosen = 'a sentence that somebody has chosen';

/** Products send their accounts again and again, with the hash from before a recovery. */
describe('a password hash put by management', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const signIn = async (id: string, password: string) => (await who.signIn(id, { password })).status;
  const recover = async (id: string, json: object = {}) => {
    const story = new Story(rekey);
    await story.proveBy(`${id}@example.com`);
    expect((await story.complete(json)).status).toBe(201);
    return { story };
  };
  const notice = (id: string) =>
    until('the notice', async () =>
      (await rekey.messages(`${id}@example.com`)).find(({ text }) => /was recovered/.test(text)),
    );

  test('does not restore a password that a recovery has ended when it is sent again; a new one counts', async () => {
    await who.put('synced');
    await recover('synced');
    await who.put('synced');
    expect(await signIn('synced', old)).toBe(401);
    await who.put('synced', { password: chosen });
    expect(await signIn('synced', chosen)).toBe(201);
  });

  test('does not undo a later change by owner, recovery, stop or support when it is sent again; another one is set', async () => {
    const imported = async (id: string, works: string) => {
      await rekey.sql('delete from failed_attempts');
      await who.put(id);
      expect([id, await signIn(id, works)]).toEqual([id, 201]);
      if (works !== old) expect([id, await signIn(id, old)]).toEqual([id, 401]);
    };
    await who.put('nightly');
    const { story } = await recover('nightly', { password: chosen });
    await imported('nightly', chosen);
    const bearer = (await who.signIn('nightly', { password: chosen })).body.access_token;
    const json = { current_password: chosen, password: `${chosen}, anew` };
    expect((await who.issuer('PUT', 'password', { bearer, json })).status).toBe(200);
    await imported('nightly', `${chosen}, anew`);
    expect((await story.stop(stopTokenIn(await notice('nightly')))).status).toBe(204);
    await imported('nightly', old);
    await who.put('nightly', { password: 'one that support has put' });
    await imported('nightly', 'one that support has put');
    await who.put('nightly', { password_hash: await hashPassword(`${chosen}, in the product`) });
    expect(await signIn('nightly', `${chosen}, in the product`)).toBe(201);
  });

  test('is recognised as the last one put, also after an earlier release wrote it', async () => {
    await who.put('remembered');
    const put = async () =>
      (await rekey.sql(`select password_put as put from accounts where id = 'remembered'`))[0].put;
    const sealed: Buffer = await put();
    expect(sealed[0]).toBe(2);
    const { keyring } = rekey.settings;
    const as = { column: 'accounts.password_put', id: 'remembered', account: 'remembered' } as const;
    const plain = keyring.open(sealed, as);
    await rekey.sql(`update accounts set password_put = $1 where id = 'remembered'`, [plain]);
    await recover('remembered', { password: chosen });
    await who.put('remembered');
    expect(await signIn('remembered', chosen)).toBe(201);
    expect((await put())[0]).toBe(2);
    await rekey.sql(`update accounts set password_put = $1 where id = 'remembered'`, [plain]);
    const database = await rekey.openDatabase();
    await resealRows(database, keyring, sealedPuts, { pause: async () => undefined });
    expect(keyring.open(await put(), as)).toEqual(plain);
  });
});
