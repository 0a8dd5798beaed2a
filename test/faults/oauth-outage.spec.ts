import { people } from '../flows/people.js';
import { until, useRekey } from '../flows/rekey.js';
import { startPostgres, type TestPostgres } from '../runner/postgres.js';

/** The issuer while its database is down. */
describe('the OAuth endpoints in an outage', () => {
  let postgres: TestPostgres;
  const rekey = useRekey(async () => {
    postgres = await startPostgres();
    return { environment: { DATABASE_URL: postgres.url, LOG_LEVEL: 'fatal' } };
  });
  afterAll(() => postgres.stop());

  test('503 with Retry-After (RFC 7009 §2.2.1): nothing is revoked, and afterwards it is', async () => {
    const who = people(rekey);
    await who.put('one');
    const tokens = (await who.signIn('one')).body;
    const { clientId: client_id, clientSecret: client_secret } = rekey.settings.management;
    const post = async (path: string, form: Record<string, string>) => {
      const url = `${rekey.settings.urls.issuer}/oauth2/${path}`;
      const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
      return { status: answer.status, after: answer.headers.get('retry-after'), text: await answer.text() };
    };
    const introspect = () => post('introspect', { token: tokens.access_token, client_id, client_secret });
    expect((await introspect()).text).toContain('"active":true');
    await postgres.kill();
    try {
      await until('the end of the database', async () =>
        (await introspect()).status === 503 ? true : undefined,
      );
      const calls: [string, Record<string, string>][] = [
        ['revoke', { token: tokens.refresh_token }],
        ['token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }],
        ['introspect', { token: tokens.access_token, client_id, client_secret }],
      ];
      for (const [path, form] of calls) {
        const answer = await post(path, form);
        expect([path, answer.status, answer.after]).toEqual([path, 503, '5']);
        expect(answer.text).not.toMatch(/"active"|ECONN|postgres/i);
      }
    } finally {
      await postgres.restart();
    }
    await until('the database', async () => ((await introspect()).status === 200 ? true : undefined));
    expect((await introspect()).text).toContain('"active":true');
    expect(await post('revoke', { token: tokens.refresh_token })).toMatchObject({ status: 200, text: '' });
    expect((await introspect()).text).toBe('{"active":false}');
  });
});
