import { PageBrowser } from '../../flows/page-browser.js';
import { password, people } from '../../flows/people.js';
import { codeIn, newHousehold, stopTokenIn, useRekey } from '../../flows/rekey.js';
import { byLength } from '../../runner/length.js';
import { twist } from './edges.js';
import { Random } from './random.js';
import { formsIn, Walker } from './walker.js';

const steps = byLength(225, 2_000);
const seed = Number(process.env.REKEY_SEED ?? 1);
const walkers = 6;
/** After so many steps of each walker an hour passes, so that limits and sessions expire. */
const hour = 25;

describe('random walks through the pages', () => {
  const rekey = useRekey({ environment: { LOG_LEVEL: 'fatal' } });

  test(`${steps} steps from seed ${seed}, with valid and nearly valid values in every form: no fault, every header [ASVS 16.5.1]`, async () => {
    const who = people(rekey);
    await rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/tv`, {
      bearer: await who.management(),
      json: {
        name: 'TV',
        type: 'public',
        grants: ['urn:ietf:params:oauth:grant-type:device_code'],
      },
    });
    const all = await Promise.all(
      Array.from({ length: walkers }, async (_, n) => {
        await who.put(`walker-${n}`);
        return walker(new Random(seed * 1_000 + n), `walker-${n}@example.com`);
      }),
    );
    // Chance alone reaches the end of a recovery in few walks, and in some campaigns in none.
    for (const one of all.slice(0, 2))
      await one.through('/recover', ['identifier', 'code', 'password'], () => rekey.idle());
    for (let walked = 0; walked < steps; walked += hour * walkers) {
      await Promise.all(
        all.map(async (one) => {
          for (let n = 0; n < hour; n++) await one.step();
        }),
      );
      rekey.clock.advance(3_600_000);
    }
    const seen = new Map<string, number>();
    for (const one of all)
      for (const [which, times] of one.seen) seen.set(which, (seen.get(which) ?? 0) + times);
    process.stdout.write(`walks: ${JSON.stringify(Object.fromEntries([...seen].sort()))}\n`);
    expect(all.flatMap(({ strayed }) => strayed).slice(0, 5)).toEqual([]);
    // The walks went beyond sign-in and first pages; only a long campaign must reach every page.
    const often = [
      'POST /recover 303',
      'POST /recover/code 422',
      'POST /account/sign-in 303',
      'POST /device 422',
    ];
    const behind = [
      'POST /recover/code 303',
      'POST /recover/other 422',
      'POST /recover/password 303',
      'POST /account/totp 200',
      'POST /account/totp/confirm 422',
      'POST /device 200',
      'POST /device/answer 200',
      'POST /stop 200',
    ];
    const wanted = steps < 2_000 ? often : [...often, ...behind];
    expect(wanted.filter((which) => !seen.has(which))).toEqual([]);
    expect(seen.size).toBeGreaterThan(30);
  });

  async function walker(random: Random, mail: string): Promise<Walker> {
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => newHousehold());
    const newest = async () => (await rekey.codes(mail))[0];
    const device = async () => {
      const response = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
        method: 'POST',
        headers: { 'x-forwarded-for': newHousehold() },
        body: new URLSearchParams({ client_id: 'tv' }),
      });
      return (await response.json()).user_code as string | undefined;
    };
    const doors = async () => {
      const message = await newest();
      const link = /\/recover\/link\?token=[\w-]+/.exec(message?.text ?? '')?.[0];
      const stop = message && stopTokenIn(message);
      return [
        '/recover',
        '/recover',
        '/recover/code',
        '/recover/other',
        '/recover/password',
        '/recover/progress',
        '/account',
        '/device',
        ...(link ? [link] : []),
        ...(stop && random.maybe(0.5) ? [`/stop?token=${stop}`] : []),
      ];
    };
    const right: Record<string, () => Promise<string | undefined>> = {
      identifier: async () => mail,
      password: async () => password,
      code: async () => {
        const message = await newest();
        return message && codeIn(message);
      },
      number: async () => '123',
      value: async () => '123456',
      user_code: async () => (random.maybe(0.7) ? undefined : await device()),
    };
    return new Walker(random, browser, doors, async (name) => right[name]?.());
  }

  test('forms are read as a browser reads them, and nearly valid values are not valid', () => {
    const html =
      '<form method="post" action="/a?b&amp;c"><input name="x" value="&quot;1&quot;"/><button name="y" value="z">Y</button></form><form action="/d"></form>';
    expect(formsIn(html)).toEqual([
      {
        action: '/a?b&c',
        fields: [
          { name: 'x', value: '"1"' },
          { name: 'y', value: 'z' },
        ],
      },
      { action: '/d', fields: [] },
    ]);
    const random = new Random(1);
    const twisted = new Set(Array.from({ length: 200 }, () => twist(random, 'abcd1234')));
    expect(twisted.has('abcd1234')).toBe(false);
    expect(twisted.size).toBeGreaterThan(30);
  });
});
