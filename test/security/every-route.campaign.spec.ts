import { type Rekey, startRekey } from '../flows/rekey.js';
import { byLength } from '../runner/length.js';
import { AnnouncedRoutes } from './enumeration/announced-routes.js';
import { accountOf, kinds, people } from './enumeration/people.js';
import { absentProviders, type Providers, slowProviders } from './enumeration/providers.js';
import { impersonal, journey, later } from './enumeration/steps.js';
import { plain, Visitor } from './enumeration/visitor.js';

/** Who is looked at while mail and SMS are slow or away. */
const inOutages = byLength(
  kinds.filter(({ name }) => /^(unknown|known|known number|with a second factor)$/.test(name)),
  kinds,
);

/** Every request that needs no secret, made about every kind of person at the same moment: the answers are the same. */
describe('on every public route the same answer for everyone', () => {
  let rekey: Rekey;
  let routes: AnnouncedRoutes;
  let providers: Providers | undefined;

  const begin = async (environment: Record<string, string> = {}) => {
    routes = new AnnouncedRoutes();
    rekey = await startRekey({ environment: { LOG_LEVEL: 'fatal', ...environment } });
    await people(rekey);
    rekey.clock.advance(1_000);
  };
  afterEach(async () => {
    routes.stop();
    await rekey.close();
    providers?.close();
    providers = undefined;
  });

  /** @returns where somebody got another answer than a person whom nobody knows */
  const differences = async (rounds: number, household: number, among = kinds): Promise<string[]> => {
    const found: string[] = [];
    for (let round = 1; round <= rounds; round++) {
      const visitors = among.map(
        (kind, at) =>
          new Visitor(kind.identifier, accountOf(kind), `10.${household}.${at}.1`, rekey.settings.urls),
      );
      for (const step of journey) {
        if (step === later) {
          rekey.clock.advance(later.laterMs);
          continue;
        }
        if (!('send' in step)) continue;
        const answers = await Promise.all(
          visitors.map(async (visitor) => plain(await step.send(visitor), visitor.who)),
        );
        const [nobody = []] = answers;
        if (Number(nobody[0]) >= 500) found.push(`try ${round}, ${step.route}: ${nobody[0]}`);
        answers.forEach((answer, at) => {
          const unlike = answer.filter((line, place) => line !== nobody[place]);
          if (unlike.length + Math.abs(answer.length - nobody.length) > 0)
            found.push(
              `${among[at]?.name}, try ${round}, ${step.route}: ${unlike.join(' | ').slice(0, 300)}`,
            );
        });
      }
    }
    return found;
  };
  const messages = async () =>
    (
      await rekey.sql(
        `select count(*) filter (where state = 'sent')::int as sent, count(*) filter (where reason = 'no_account')::int as nobody,
         count(*) filter (where reason = 'limited')::int as limited, count(*) filter (where attempts > 0)::int as tried from messages`,
      )
    )[0];

  test('again and again, past every limit; and a difference that is planted is seen [ASVS 6.3.8, FP no-enumeration]', async () => {
    await begin();
    const { ports } = rekey.settings;
    const announced = routes.list({ recovery: ports.recovery, issuer: ports.issuer, console: ports.console });
    const asked = new Set(journey.flatMap((step) => ('route' in step ? [step.route] : [])));
    expect(announced.length).toBeGreaterThan(asked.size);
    expect(
      announced.filter((route) => !asked.has(route) && !impersonal.some((one) => one.test(route))),
    ).toEqual([]);
    expect([...asked].filter((route) => !announced.includes(route))).toEqual([]);
    for (const app of ['recovery', 'issuer', 'console'] as const) {
      const { body } = await rekey.call('GET', `${rekey.settings.urls[app]}/openapi.json`);
      const promised = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
        Object.keys(operations).map(
          (method) => `${app} ${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        ),
      );
      const without = promised.filter(
        (route) => !asked.has(route) && !impersonal.some((one) => one.test(route)),
      );
      expect(without).toEqual([]);
    }

    expect(await differences(byLength(2, 10), 1)).toEqual([]);
    // What was compared was different underneath.
    expect(await messages()).toEqual({
      sent: expect.any(Number),
      nobody: expect.any(Number),
      limited: expect.any(Number),
      tried: expect.any(Number),
    });
    for (const count of Object.values(await messages())) expect(count).toBeGreaterThan(10);
    for (const { name, identifier } of kinds) {
      const got = (await rekey.codes(identifier)).length > 0;
      expect([name, got]).toEqual([name, /^(known|known number|with a .*|.* by another name)$/.test(name)]);
    }

    rekey.clock.advance(86_400_000);
    routes.planted = async (request, reply) => {
      const { identifier } = Object(request.body);
      if (identifier !== 'p0001@x.test' || request.url !== '/v1/recoveries') return;
      // The same headers in another order.
      reply.removeHeader('cache-control');
      reply.header('cache-control', 'no-store');
    };
    expect(await differences(1, 2)).toEqual([
      expect.stringMatching(/^known, try 1, recovery POST \/v1\/recoveries: .*cache-control/),
    ]);
  });

  test('also while mail and SMS take two seconds each [ASVS 6.3.8, FP no-enumeration]', async () => {
    providers = await slowProviders(2_000);
    await begin(providers.environment);
    expect(await differences(byLength(1, 2), 1, inOutages)).toEqual([]);
    expect(providers.offered()).toBeGreaterThan(5);
  });

  test('also while neither can be reached [ASVS 6.3.8, FP no-enumeration]', async () => {
    providers = await absentProviders();
    await begin(providers.environment);
    expect(await differences(byLength(1, 2), 1, inOutages)).toEqual([]);
    expect(await messages()).toMatchObject({ sent: 0 });
    expect((await messages()).tried).toBeGreaterThan(5);
  });
});
