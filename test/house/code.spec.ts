import { oneClock, oneReaderOfTheEnvironment } from './environment-and-clock.js';
import { everyTestRuns, noLimitOfItsOwn, noLooseEnds } from './loose-ends.js';
import { goodClassNames } from './names.js';
import { fewConstructorParameters } from './sizes.js';
import type { Rule, Source } from './source-tree.js';
import { migrationsOnly, statementNamesAreUnique, tablesStayAtHome } from './tables.js';

const file = (path: string, text: string): Source => ({ path, text });

/** Each text is an offence in `path`; all of them are only words when they stand in a string. */
function catches(rule: Rule, path: string, offences: string[]): void {
  test.each(offences)('%s', (text) => {
    expect(rule([file(path, text)])).toEqual([expect.stringMatching(new RegExp(`^${path}:1 `))]);
    expect(rule([file(path, `const words = ${JSON.stringify(text)};`)])).toEqual([]);
  });
}

describe('one room reads the environment', () => {
  catches(oneReaderOfTheEnvironment, 'apps/recovery/src/main.ts', [
    'const port = process.env.PORT;',
    "const port = process['env'].PORT;",
    'const { env } = process;',
    'const { env: environment } = process;',
    'start(globalThis.process.env);',
    "import { env } from 'node:process';",
    "import 'dotenv/config';",
  ]);

  test('settings, specs and tests may read the environment', () => {
    const text = 'const environment = process.env;';
    const house = [
      file('libs/settings/src/read.ts', text),
      file('test/flows/start.ts', text),
      file('libs/http/src/a.spec.ts', text),
    ];
    expect(oneReaderOfTheEnvironment(house)).toEqual([]);
    expect(
      oneReaderOfTheEnvironment([file('libs/http/src/a.ts', 'const { pid } = process; process.exit(1);')]),
    ).toEqual([]);
  });
});

describe('one clock', () => {
  catches(oneClock, 'libs/recovery/src/open.spec.ts', [
    'const now = Date.now();',
    'const clock = { now: Date.now };',
    'const now = new Date();',
    'const now = new Date;',
    'const now = Date();',
  ]);

  test('a given time is allowed, and so are the kernel and apps', () => {
    const house = [
      file('libs/recovery/src/start.ts', 'const at = new Date(clock.now());'),
      file('libs/kernel/src/clock.ts', 'export const systemClock = { now: () => Date.now() };'),
      file('apps/courier/src/main.ts', 'const started = Date.now();'),
    ];
    expect(oneClock(house)).toEqual([]);
  });
});

describe('loose ends', () => {
  catches(noLooseEnds, 'libs/recovery/src/start.ts', [
    '// TODO later',
    '/* FIXME */ export const a = 1;',
    'export const a = 1; // @ts-ignore',
    '/** @ts-expect-error */',
    '// biome-ignore lint: no',
    '// eslint-disable-next-line',
    'const a = b as any;',
    'const a = b as SqlText;',
  ]);

  test('a comment inside a class is found, and JSX text is not a comment', () => {
    const text = 'class A {\n  // HACK\n  b = (<p>// TODO is text here</p>);\n}';
    expect(noLooseEnds([file('apps/recovery/src/page.tsx', text)])).toEqual([
      expect.stringContaining('page.tsx:2 leaves HACK'),
    ]);
  });
});

describe('every test runs', () => {
  catches(everyTestRuns, 'libs/recovery/src/open.spec.ts', [
    "test.skip('a', () => {});",
    "it.only('a', () => {});",
    "test.todo('a');",
    "test.failing('a', () => {});",
    "describe.only.each([1])('a', () => {});",
    "test.concurrent.skip('a', () => {});",
    "xdescribe('a', () => {});",
    "fit('a', () => {});",
  ]);

  test('test.each and a method named skip are allowed', () => {
    expect(
      everyTestRuns([file('libs/a/src/a.spec.ts', "test.each([1])('%i', () => {}); list.skip(1);")]),
    ).toEqual([]);
  });
});

describe('no test has a limit of its own', () => {
  catches(noLimitOfItsOwn, 'libs/recovery/src/open.spec.ts', [
    "test('a', () => {}, 6_000);",
    "it('a', async () => {}, limit);",
    "test.each([1])('a', () => {}, 60_000);",
    'beforeAll(() => {}, 60_000);',
    'jest.setTimeout(1000);',
  ]);

  test('a test without a limit is allowed', () => {
    const text = "test.each([1], 2)('a', () => {}); beforeEach(() => {}); list.test('a', b, 3);";
    expect(noLimitOfItsOwn([file('libs/a/src/a.spec.ts', text)])).toEqual([]);
  });
});

describe('constructors take six parameters at most', () => {
  const taking = (count: number) =>
    `class A { constructor(${Array.from({ length: count }, (_, index) => `readonly p${index}: P`).join(', ')}) {} }`;
  catches(fewConstructorParameters, 'libs/recovery/src/start.ts', [taking(7)]);

  test('six parameters are allowed', () => {
    expect(fewConstructorParameters([file('libs/recovery/src/start.ts', taking(6))])).toEqual([]);
  });
});

describe('class names say what a class does', () => {
  catches(goodClassNames, 'libs/recovery/src/start.ts', [
    'class RecoveryManager {}',
    'class BaseProof {}',
    'class CodeHelper {}',
  ]);
});

describe('the schema changes by migrations only', () => {
  catches(migrationsOnly, 'libs/database/src/database.ts', [
    'const options = { synchronize: true };',
    "const options = { 'synchronize': !production };",
    'const options = { dropSchema: true };',
  ]);

  test('synchronize: false is allowed', () => {
    expect(
      migrationsOnly([file('libs/database/src/database.ts', 'const options = { synchronize: false };')]),
    ).toEqual([]);
  });
});

describe('a room owns its tables', () => {
  const migration = file(
    'libs/database/src/migrations/1-accounts.ts',
    'export class A { up() { return query(`create table accounts (id text); create table addresses (id uuid)`); } }',
  );

  test.each([
    'select id from accounts where id = :id',
    'update addresses set verified = true',
    'with gone as (delete from accounts returning id) select 1',
    'select 1 from x join addresses on true',
    'insert into accounts values (1)',
  ])('%s', (sql) => {
    const inRoom = (path: string) => [
      migration,
      file(path, `const s = statement('n', \`${sql} \${more} \`);`),
    ];
    expect(tablesStayAtHome(inRoom('libs/tokens/src/sign-in.ts'))).toEqual([
      expect.stringMatching(
        /^libs\/tokens\/src\/sign-in\.ts:1 names (accounts|addresses) in SQL.*@rekey\/accounts$/,
      ),
    ]);
    expect(tablesStayAtHome(inRoom('apps/issuer/src/sign-in.ts'))).toHaveLength(1);
    expect(tablesStayAtHome(inRoom('libs/accounts/src/find.ts'))).toEqual([]);
  });

  test('a table that was renamed keeps its owner', () => {
    const renamed = file(
      'libs/database/src/migrations/2-database-words.ts',
      'export class B { up() { return query("alter table addresses rename to contacts"); } }',
    );
    const reads = file('libs/tokens/src/sign-in.ts', "const s = statement('n', 'select id from contacts');");
    expect(tablesStayAtHome([renamed, migration, reads])).toEqual([
      expect.stringContaining('names contacts in SQL, a table of accounts'),
    ]);
  });

  test('prose and comments are not SQL', () => {
    const text = "// select id from accounts\nconst meaning = 'letters from accounts that join addresses';";
    expect(tablesStayAtHome([migration, file('libs/tokens/src/sign-in.ts', text)])).toEqual([]);
  });
});

test('two statements with one name are found', () => {
  const house = [
    file('libs/tokens/src/one.ts', "const a = statement('tokens_end', 'select 1');"),
    file(
      'libs/tokens/src/other.ts',
      "\nconst a = statement(`tokens_end`, 'select 2');\nconst b = statement('b', '');",
    ),
  ];
  expect(statementNamesAreUnique(house)).toEqual([
    'libs/tokens/src/other.ts:2 calls a statement tokens_end, as libs/tokens/src/one.ts:1 does',
  ]);
});
