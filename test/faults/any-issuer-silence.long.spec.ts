import { type BesideProvider, besideProvider } from '../flows/beside-provider.js';

/** Takes eight real seconds: the time limit of an external issuer. Its other faults are in `test/flows/any-issuer-faults.spec.ts`. */
describe('an external issuer that hangs', () => {
  let beside: BesideProvider;
  beforeAll(async () => {
    beside = await besideProvider('jwt-bearer', 'client_secret_basic');
  });
  afterAll(() => beside.close());

  test('without a response, or with one byte at a time, the person gets an error after eight seconds', async () => {
    const stories = [await beside.proven('kim'), await beside.proven('kim')];
    const drops: NodeJS.Timeout[] = [];
    let asked = 0;
    beside.provider.before = (request, response) => {
      if (!request.url?.includes('/token')) return false;
      asked += 1;
      if (asked % 2 === 0) return true;
      response.writeHead(200, { 'content-type': 'application/json' });
      drops.push(setInterval(() => response.write(' '), 300));
      return true;
    };
    const answers = await Promise.all(
      stories.map((story) => story.complete({ password: 'a sentence that is never set' })),
    );
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([503, 'unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect([asked, drops.length]).toEqual([2, 1]);
    for (const timer of drops) clearInterval(timer);
    for (const story of stories) expect((await story.show()).body.state).toBe('proven');
    beside.provider.before = undefined;
    // The second recovery was proved before the first one changed the password, so it needs a proof again.
    const after = [await stories[0]?.complete(), await stories[1]?.complete()];
    expect(after.map((answer) => [answer?.status, answer?.body.code])).toEqual([
      [201, undefined],
      [409, 'not_proven'],
    ]);
  });
});
