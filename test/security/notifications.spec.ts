import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** Which addresses get a notification of a recovery. */
describe('notifications of the owner', () => {
  const rekey = useRekey();
  beforeEach(() => {
    newHousehold();
  });

  const put = async (id: string, values: string[], verified = true) => {
    const { clientId, clientSecret } = rekey.settings.management;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const bearer = (await rekey.token(form)).body.access_token;
    const addresses = values.map((value) => ({
      kind: value.includes('@') ? 'email' : 'phone',
      value,
      verified,
    }));
    const url = `${rekey.settings.urls.console}/v1/accounts/${id}`;
    expect((await rekey.call('PUT', url, { bearer, json: { addresses } })).status).toBeLessThan(300);
  };
  const told = async (to: string) => (await rekey.messages(to)).filter(({ text }) => /recovered/.test(text));
  const recover = async (identifier: string) => {
    const story = new Story(rekey);
    await story.proveBy(identifier);
    expect((await story.complete()).status).toBe(201);
  };

  test('every address gets one, also those removed within thirty days, but none that was removed earlier or never verified [NIST 4.2.3]', async () => {
    await put('owner', ['long-gone@example.com', 'owner@example.com']);
    await put('owner', ['owner@example.com', '+12025550170']);
    rekey.clock.advance(20 * 86_400_000);
    // An attacker removes the owner's addresses first.
    await put('owner', ['thief@example.com', '+12025550170']);
    rekey.clock.advance(11 * 86_400_000);
    await recover('thief@example.com');
    await until('the notices', async () => ((await told('owner@example.com')).length > 0 ? true : undefined));
    await rekey.idle();
    const counts = await Promise.all(
      ['owner@example.com', 'thief@example.com', '+12025550170', 'long-gone@example.com'].map(
        async (to) => (await told(to)).length,
      ),
    );
    expect(counts).toEqual([1, 1, 1, 0]);
    // A removed address gets a notification, but no power over the current addresses.
    const [removed] = await told('owner@example.com');
    const [current] = await told('thief@example.com');
    expect([removed?.text, removed?.html].join()).not.toContain('/stop?token=');
    expect(removed?.text).toContain('This email address was removed from the account');
    expect(current?.text).toContain('/stop?token=');
  });

  test('a code goes to verified addresses only, and never to a removed one [NIST 4.2.1.2]', async () => {
    await put('unsure', ['unsure@example.com'], false);
    await put('moved', ['before@example.com']);
    await put('moved', ['after@example.com']);
    for (const identifier of ['unsure@example.com', 'before@example.com'])
      await new Story(rekey).start({ identifier });
    await rekey.idle();
    expect(await rekey.messages('unsure@example.com')).toEqual([]);
    expect(await rekey.codes('before@example.com')).toEqual([]);
  });
});
