import { codeIn, newHousehold, type Rekey, startRekey } from './rekey.js';
import { Story } from './story.js';

/** After a hundred recoveries, whatever is kept holds no code, no token and no address in clear. */
describe('what is at rest', () => {
  let rekey: Rekey;
  const logged: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  beforeAll(async () => {
    process.stdout.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      logged.push(String(chunk));
      return rest.length >= 0;
    }) as typeof process.stdout.write;
    rekey = await startRekey({ environment: { LOG_LEVEL: 'debug' } });
  }, 30_000);
  afterAll(async () => {
    process.stdout.write = write;
    await rekey.close();
  });

  const everything = async (): Promise<string> => {
    const tables = await rekey.sql(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'bullmq')`,
    );
    const rows = await Promise.all(
      tables.map(({ name }) => rekey.sql(`select t::text as row from ${name} t`)),
    );
    return rows
      .flat()
      .map(({ row }) => row)
      .join('\n');
  };

  const hex = (text: string) => Buffer.from(text).toString('hex');

  test('a hundred recoveries leave nothing that would help a thief', async () => {
    const secrets: string[] = [];
    const people: [identifier: string, to: string][] = [
      ['ada', 'ada@example.com'],
      ['mei@example.com', 'mei@example.com'],
      ['+12025550123', '+12025550123'],
      ['sam', 'sam@example.com'],
    ];
    let kept = '';
    for (let n = 0; n < 100; n++) {
      newHousehold();
      const [identifier, to] = people[n % people.length] ?? ['', ''];
      if (n % people.length === 0) rekey.clock.advance(8 * 3_600_000);
      const story = new Story(rekey);
      expect((await story.proveBy(identifier, to)).status).toBe(200);
      const code = codeIn((await rekey.codes(to))[0] as never);
      if (n === 99) kept = await everything();
      const password = `password number ${n} of a story`;
      const settled = await story.settle(n % 10 === 0 ? { password } : {});
      expect(settled.status).toBe(201);
      secrets.push(
        code.replace(' ', ''),
        code,
        story.token,
        settled.body.access_token,
        settled.body.refresh_token,
        password,
      );
    }
    kept += await everything();
    const log = logged.join('');
    expect(log).toContain('"msg":"answered"');
    expect(kept).toContain('recovery_settled');
    const addresses = people
      .flatMap(([identifier, to]) => [identifier, to])
      .filter((text) => /[@+]/.test(text));
    const found = [...secrets, ...addresses].filter(
      (secret) =>
        new RegExp(`(?<![0-9A-Za-z])${secret.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')}(?![0-9A-Za-z])`).test(
          kept + log,
        ) ||
        (secret.length > 8 && kept.includes(hex(secret))),
    );
    expect(found).toEqual([]);
    const recoveries = await rekey.sql(
      `select count(*)::int as n from recoveries where identifier_sealed is not null`,
    );
    expect(recoveries[0].n).toBe(0);
  }, 60_000);

  test('the search finds what is planted', async () => {
    await rekey.sql(`insert into bullmq.meta (queue, field, value) values ('planted', 'code', '12345678')`);
    expect(await everything()).toContain('12345678');
  });
});
