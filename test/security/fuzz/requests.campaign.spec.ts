import { people } from '../../flows/people.js';
import { useRekey } from '../../flows/rekey.js';
import { Story } from '../../flows/story.js';
import { byLength } from '../../runner/length.js';
import { campaign, faultOf } from './campaign.js';

/** The seed is `REKEY_SEED`: another seed sends other requests. */
const requests = byLength(1_000, 100_000);
const seed = Number(process.env.REKEY_SEED ?? 1);

describe('mutated requests', () => {
  const rekey = useRekey({ environment: { LOG_LEVEL: 'fatal' } });

  test(`${requests} of seed ${seed}: no fault, no internals in a response, every header, and the service still works [ASVS 4.1.1, ASVS 16.5.1, ASVS 16.5.2]`, async () => {
    const who = people(rekey);
    await who.put('fuzzed');
    const story = new Story(rekey);
    await story.start({ identifier: 'fuzzed@example.com' });
    const sessions = await Promise.all(Array.from({ length: 4 }, () => who.signIn('fuzzed')));
    const known = {
      bearers: {
        recovery: [story.token],
        issuer: sessions.map(({ body }) => body.access_token as string),
        console: await Promise.all(Array.from({ length: 4 }, () => who.management())),
      },
      ids: [story.id, story.id, 'fuzzed', 'default', 'demo-ada', '01890000-0000-7000-8000-000000000001'],
    };
    const { urls } = rekey.settings;
    const { statuses, findings, seconds, requests: sent } = await campaign({ seed, requests, urls, known });
    process.stdout.write(
      `fuzz: ${sent} requests of seed ${seed} in ${seconds.toFixed(0)} s, ${Math.round(sent / seconds)} a second, answers ${JSON.stringify(statuses)}\n`,
    );
    expect(findings.slice(0, 5)).toEqual([]);
    // Enough requests got past validation; only a long campaign must reach every operation.
    const often = [200, 400, 401, 404, 405, 406, 415];
    const wanted = requests < 20_000 ? often : [...often, 201, 202, 410];
    expect(wanted.filter((status) => !statuses[status])).toEqual([]);
    for (const url of Object.values(urls)) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const after = new Story(rekey);
    expect((await after.start({ identifier: 'ada@example.com' })).status).toBe(202);
  });

  test('the checks find a fault, a missing header, a stack, and an error that is no problem document', () => {
    const headers = {
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'x',
      'strict-transport-security': 'x',
      'referrer-policy': 'x',
      'cache-control': 'x',
      'content-type': 'application/problem+json',
    };
    expect(faultOf({ status: 404, headers, text: '{}' })).toBeUndefined();
    expect(faultOf({ status: 500, headers, text: '{}' })).toBe('a fault of ours');
    expect(faultOf({ status: 200, headers: {}, text: '' })).toMatch(/^without x-content-type-options/);
    expect(faultOf({ status: 400, headers, text: 'at Object.x (/srv/a.ts:1)' })).toMatch(/inside/);
    expect(faultOf({ status: 400, headers, text: 'relation "accounts" does not exist' })).toMatch(/inside/);
    expect(
      faultOf({ status: 400, headers: { ...headers, 'content-type': 'text/plain' }, text: 'x' }),
    ).toMatch(/type/);
  });
});
