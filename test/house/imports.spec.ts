import { noCycles } from './cycles.js';
import { direction } from './direction.js';
import { aliasesAgree, importsAreDeclared, versionsAreExact } from './packages.js';
import type { Source } from './source-tree.js';

const file = (path: string, text: string): Source => ({ path, text });

describe('the direction of imports', () => {
  test.each([
    ['libs/accounts/src/find.ts', "import { open } from '@rekey/recovery';", 'accounts may look at'],
    ['libs/accounts/src/find.ts', "import { recordAudit } from '@rekey/audit';", 'accounts may look at'],
    ['libs/http/src/server.ts', "import { queues } from '@rekey/queue';", 'http may look at'],
    ['libs/kernel/src/clock.ts', "import type { Settings } from '@rekey/settings';", 'no other room'],
    ['libs/recovery/src/open.spec.ts', "import { queues } from '@rekey/queue';", 'recovery may look at'],
    ['libs/recovery/src/start.ts', "export * from '@rekey/messages';", 'recovery may look at'],
    [
      'libs/recovery/src/start.ts',
      "const { send } = await import('@rekey/messages');",
      'recovery may look at',
    ],
    ['libs/recovery/src/start.ts', "type Mail = import('@rekey/messages').Mail;", 'recovery may look at'],
    ['libs/recovery/src/start.ts', "import { move } from '@rekey/recovery';", 'its own front door'],
    [
      'libs/recovery/src/start.ts',
      "import { find } from '@rekey/accounts/src/find.js';",
      'only the front door',
    ],
    ['libs/recovery/src/start.ts', "import { find } from '../../accounts/src/find.js';", '@rekey/accounts'],
    ['libs/recovery/src/start.ts', "import { find } from '../../accounts/src/index.js';", '@rekey/accounts'],
    ['libs/client/src/fetch.ts', "import { uuidv7 } from '@rekey/kernel';", 'no other room'],
    ['libs/recovery/src/start.ts', "import { refresh } from '@rekey/client';", 'recovery may look at'],
    [
      'libs/recovery/src/start.ts',
      "import { startIssuer } from '../../../apps/issuer/src/app.js';",
      'over HTTP',
    ],
    [
      'libs/recovery/src/start.ts',
      "import { startPostgres } from '../../../test/postgres.js';",
      'lean on its tests',
    ],
    ['libs/recovery/src/start.ts', "import { plan } from './moves.spec.js';", 'imports a spec'],
    ['libs/recovery/src/start.ts', "import pack from '../../../package.json';", 'outside the house'],
    [
      'libs/recovery/src/start.ts',
      "import { open } from '../../../libs/accounts/src/find.js';",
      '@rekey/accounts',
    ],
    ['apps/recovery/src/app.ts', "import { startIssuer } from '../../issuer/src/app.js';", 'over HTTP'],
    [
      'apps/recovery/src/app.ts',
      "import { find } from '../../../libs/accounts/src/find.js';",
      '@rekey/accounts',
    ],
    [
      'apps/standalone/src/app.ts',
      "import { tokens } from '../../issuer/src/tokens.js';",
      'only its src/app.js',
    ],
    [
      'test/flows/lost-phone.spec.ts',
      "import { find } from '../../libs/accounts/src/find.js';",
      '@rekey/accounts',
    ],
    [
      'test/flows/lost-phone.spec.ts',
      "import { pages } from '../../apps/recovery/src/pages.js';",
      'src/app.js',
    ],
    ['libs/drawer/src/index.ts', '', 'has no floor'],
  ])('%s: %s', (path, text, sentence) => {
    expect(direction([file(path, text)])).toEqual([expect.stringContaining(sentence)]);
  });

  test('imports along the direction are allowed', () => {
    const house = [
      file(
        'libs/recovery/src/start.ts',
        "import { find } from '@rekey/accounts';\nimport { move } from './moves.js';",
      ),
      file('libs/recovery/src/open.spec.ts', "import { startPostgres } from '../../../test/postgres.js';"),
      file(
        'libs/http/src/server.ts',
        "import { uuidv7 } from '@rekey/kernel';\nimport fastify from 'fastify';",
      ),
      file('apps/standalone/src/app.ts', "import { startIssuer } from '../../issuer/src/app.js';"),
      file(
        'apps/recovery/src/pages/form.tsx',
        "import { parse } from '@rekey/http';\nimport { App } from '../app.js';",
      ),
      file('test/flows/lost-phone.spec.ts', "import { start } from '../../apps/standalone/src/app.js';"),
      file(
        'libs/kernel/src/clock.ts',
        "const example = \"import x from '@rekey/recovery'\"; // from '@rekey/http'",
      ),
    ];
    expect(direction(house)).toEqual([]);
  });
});

test('a cycle is named with its path, also through index files and types', () => {
  const house = [
    file('libs/audit/src/index.ts', "export * from './event.js';"),
    file('libs/audit/src/event.ts', "import type { Row } from './row.js';"),
    file('libs/audit/src/row.ts', "import { audit } from '@rekey/audit';"),
    file('libs/audit/src/leaf.tsx', "import { audit } from './index.js';"),
    file('libs/kernel/src/clock.ts', "import { now } from './clock.js';"),
  ];
  expect(noCycles(house)).toEqual([
    expect.stringContaining(
      'libs/audit/src/event.ts -> libs/audit/src/row.ts -> libs/audit/src/index.ts -> libs/audit/src/event.ts:',
    ),
    expect.stringContaining('libs/kernel/src/clock.ts -> libs/kernel/src/clock.ts:'),
  ]);
  expect(noCycles(house.filter(({ path }) => path !== 'libs/audit/src/row.ts').slice(0, 3))).toEqual([]);
});

describe('packages', () => {
  const manifest = file(
    'package.json',
    JSON.stringify({
      dependencies: { pg: '8.23.1', '@fastify/helmet': '^13.2.0' },
      devDependencies: { jest: '30.5.2' },
    }),
  );

  test('an undeclared package and a development package are found', () => {
    const house = [
      manifest,
      file(
        'libs/database/src/database.ts',
        "import pg from 'pg';\nimport pino from 'pino';\nimport { run } from 'jest/lib';\nimport type { Config } from 'jest';\nimport { join } from 'node:path';",
      ),
      // Bundled when it is built: no package of it is needed later.
      file('apps/console/web/src/main.tsx', "import { run } from 'jest';\nimport vue from 'vue';"),
      file(
        'libs/database/src/database.spec.ts',
        "import { run } from 'jest';\nimport helmet from '@fastify/helmet/deep';",
      ),
    ];
    expect(importsAreDeclared(house)).toEqual([
      'libs/database/src/database.ts:2 imports pino, which package.json does not name',
      expect.stringContaining('database.ts:3 imports jest/lib, a development dependency'),
      'apps/console/web/src/main.tsx:2 imports vue, which package.json does not name',
    ]);
  });

  test('a version range is found', () => {
    expect(versionsAreExact([manifest])).toEqual([
      'package.json asks for @fastify/helmet ^13.2.0: pin one version',
    ]);
  });

  test('an alias without a library and a library without an alias are found', () => {
    const paths = {
      '@rekey/kernel': ['./libs/kernel/src/index.ts'],
      '@rekey/attic': ['./libs/attic/src/index.ts'],
    };
    const house = [
      file('tsconfig.json', JSON.stringify({ compilerOptions: { paths } })),
      file('.swcrc', JSON.stringify({ jsc: { paths: { '@rekey/kernel': ['./libs/kernel/src/index.ts'] } } })),
      file('libs/kernel/src/index.ts', ''),
      file('libs/audit/src/index.ts', ''),
    ];
    expect(aliasesAgree(house)).toEqual([
      'tsconfig.json lacks the alias @rekey/audit libs/audit/src/index.ts',
      'tsconfig.json has the alias @rekey/attic libs/attic/src/index.ts, and no such room exists',
      '.swcrc lacks the alias @rekey/audit libs/audit/src/index.ts',
    ]);
  });
});
