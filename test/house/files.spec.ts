import { containersStartWhatExists, imageIsSafe } from './containers.js';
import { commandsExist, mapIsTrue, noMachinePaths, readmeIsShort, scriptsCanRun, tidyTop } from './layout.js';
import { goodNames } from './names.js';
import { measure, smallFiles } from './sizes.js';
import type { Source } from './source-tree.js';

const file = (path: string, text = ''): Source => ({ path, text });
const long = (path: string, lines: number): Source => file(path, 'line\n'.repeat(lines));
const many = (count: number, lines: number): Source[] =>
  Array.from({ length: count }, (_, index) => long(`libs/a/src/f${index}.ts`, lines));

describe('sizes', () => {
  test('a file over 300 lines is found, unless it is generated', () => {
    const house = [...many(20, 60), long('libs/a/src/big.ts', 301), long('libs/a/src/big.generated.ts', 900)];
    expect(smallFiles(house)).toEqual([expect.stringContaining('libs/a/src/big.ts has 301 lines')]);
  });

  test('too many files over 200 lines are found', () => {
    expect(smallFiles([...many(8, 60), long('libs/a/src/b.ts', 201)])).toEqual([
      expect.stringContaining('only 89 %'),
    ]);
    expect(smallFiles([...many(9, 60), long('libs/a/src/b.ts', 201)])).toEqual([]);
  });

  test('a long median is found', () => {
    expect(smallFiles(many(3, 120))).toEqual([expect.stringContaining('median file has 120 lines')]);
    expect(measure(many(3, 120))).toEqual({ files: 3, median: 120, upTo200: 1 });
  });
});

describe('names', () => {
  test.each([
    'libs/recovery/src/utils.ts',
    'libs/recovery/src/utils/one.ts',
    'libs/shared/src/index.ts',
    'libs/recovery/src/types.ts',
    'libs/recovery/src/base.entity.ts',
    'apps/console/src/session-manager.ts',
    'test/helpers/start.ts',
  ])('%s has a name that says nothing', (path) => {
    expect(goodNames([file(path)])).toEqual([expect.stringContaining('is a drawer')]);
  });

  test.each([
    'libs/recovery/src/startRecovery.ts',
    'libs/recovery/src/Open.tsx',
    'libs/my_room/src/index.ts',
    'apps/a/src/a.D.ts',
  ])('%s is not in kebab-case', (path) => {
    expect(goodNames([file(path)])).toEqual([expect.stringContaining('is not in kebab-case')]);
  });

  test('good names are allowed', () => {
    const paths = [
      'libs/database/src/migrations/1-accounts.ts',
      'libs/recovery/src/recovery.entity.ts',
      'libs/recovery/src/open.spec.ts',
      'libs/accounts/src/common-passwords.generated.ts',
      'docker/Dockerfile',
      'docker/compose.yaml',
      'libs/client/LICENSE',
    ];
    expect(goodNames(paths.map((path) => file(path)))).toEqual([]);
  });
});

describe('layout', () => {
  test('a stray folder at the top is found', () => {
    expect(
      tidyTop([file('scripts/build.sh'), file('libs/a/src/a.ts'), file('.swcrc'), file('README.md')]),
    ).toEqual([expect.stringContaining('scripts lies at the top')]);
  });

  test('the licence, docs and dot-files are allowed at the top; a folder like docs is not', () => {
    const top = ['LICENSE', 'docs/decisions/README.md', '.github/SECURITY.md', '.dockerignore'];
    expect(tidyTop(top.map((path) => file(path)))).toEqual([]);
    expect(tidyTop([file('doc/decisions/README.md'), file('COPYING')])).toEqual([
      expect.stringMatching(/^doc lies at the top: .*\bdocs$/),
      expect.stringContaining('COPYING lies at the top'),
    ]);
  });

  const page = (map: string) => file('docs/develop/code-map.md', `# Rekey\n\`\`\`\n${map}\`\`\`\n`);
  const house = [
    file('libs/kernel/src/a.ts'),
    file('apps/issuer/src/a.ts'),
    file('test/races/a.ts'),
    file('test/postgres.ts'),
  ];

  test('the code map shows what exists, and nothing else', () => {
    const map =
      'apps/       processes\n  issuer/   tokens\nlibs/\n  kernel/   clock\ntest/\n  races/ flows/   stories\n';
    expect(mapIsTrue([...house, file('test/flows/a.ts'), page(map)])).toEqual([]);
    expect(mapIsTrue([...house, page(map)])).toEqual([
      'the code map shows test/flows/, which does not exist',
    ]);
    expect(mapIsTrue([...house, page(map.replace('kernel/', 'cellar/'))])).toEqual([
      'the code map lacks libs/kernel/',
      'the code map shows libs/cellar/, which does not exist',
      'the code map shows test/flows/, which does not exist',
    ]);
    expect(mapIsTrue(house)).toEqual(['docs/develop/code-map.md is missing']);
  });

  test('the code map may leave docs out', () => {
    const map = 'apps/\n  issuer/   tokens\nlibs/\n  kernel/   clock\ntest/\n  races/   at once\n';
    const withDocs = [...house, file('docs/decisions/README.md')];
    expect(mapIsTrue([...withDocs, page(map)])).toEqual([]);
    expect(mapIsTrue([...withDocs, page(`${map}docs/\n  decisions/   why\n`)])).toEqual([]);
  });

  test('a README that is too long or begins with other commands is found', () => {
    const commands = '```\nnpm ci && npm start\nnpm ci && npm test\n```\n';
    const readme = (text: string) => readmeIsShort([file('README.md', text)]);
    expect(readme(`# Rekey\n\n${commands}${'more\n'.repeat(144)}`)).toEqual([]);
    expect(readme(`# Rekey\n\n${commands}${'more\n'.repeat(145)}`)).toEqual([
      'README.md has 151 lines, at most 150: move details to docs',
    ]);
    for (const text of [
      'no commands',
      `\`\`\`\nnpm i\n\`\`\`\n${commands}`,
      commands.replace('npm ci && npm test\n', ''),
    ])
      expect(readme(text)).toEqual([expect.stringMatching(/^README\.md: its first block of code must be/)]);
    expect(readmeIsShort([])).toEqual(['README.md is missing']);
  });

  test('a command that does not exist is found', () => {
    const manifest = file(
      'package.json',
      JSON.stringify({ scripts: { a: 'npm run --silent b', 'start:a': '' } }),
    );
    expect(
      commandsExist([manifest, file('README.md', 'npm run start:a, `npm run accounts -- import FILE`')]),
    ).toEqual([
      'package.json says npm run b, and there is no such script',
      'README.md says npm run accounts, and there is no such script',
    ]);
  });

  test('a path of one machine is found', () => {
    const paths = ['/home', '/root', '/work', '/Users'].map((root) => `${root}/mei/rekey`);
    expect(noMachinePaths([file('README.md', `see\n${paths.join('\n')}\nC:\\${'Users'}\\mei`)])).toHaveLength(
      5,
    );
    expect(
      noMachinePaths([file('README.md', '/usr/bin/chromium, ./work/x, https://example.com/home/a')]),
    ).toEqual([]);
  });

  test('a script that is not executable and a missing CI script are found', () => {
    expect(scriptsCanRun([{ path: 'docker/start', text: '#!/bin/sh\n', executable: false }])).toEqual([
      '.ci/run is missing',
      'docker/start begins with #! and is not executable',
    ]);
    expect(scriptsCanRun([{ path: '.ci/run', text: '#!/bin/sh\n', executable: true }])).toEqual([]);
  });
});

describe('the image', () => {
  const good =
    'FROM node:20.20.2-bookworm-slim AS build\nRUN npm ci\nFROM node:20.20.2-bookworm-slim\nENV NODE_ENV=production \\\n  A=1\nUSER node\nHEALTHCHECK CMD true\n';
  const image = (text: string) => imageIsSafe([file('docker/Dockerfile', text)]);

  test('a good image is allowed', () => {
    expect(image(good)).toEqual([]);
    expect(image(good.replace('FROM node:20.20.2-bookworm-slim\n', 'FROM build AS last\n'))).toEqual([]);
  });

  test.each([
    [good.replace('USER node\n', ''), 'runs as root'],
    [good.replace('USER node', 'USER 0:0'), 'runs as root'],
    [`USER node\n${good.replace('USER node\n', '')}`, 'runs as root'],
    [good.replace('HEALTHCHECK CMD true', 'HEALTHCHECK NONE'), 'HEALTHCHECK'],
    [good.replace('node:20.20.2-bookworm-slim AS', 'node:latest AS'), 'node:latest is not pinned'],
    [good.replace('node:20.20.2-bookworm-slim AS', 'node:20 AS'), 'node:20 is not pinned'],
    [good.replace('NODE_ENV=production', 'NODE_ENV=development'), 'NODE_ENV'],
    [good.replace('A=1', 'REKEY_KEYRING=x'), 'baked into'],
    [good.slice(good.lastIndexOf('FROM')), 'one stage'],
    ['', 'missing'],
  ])('a fault of the image is found, row %#: %s', (text, sentence) => {
    expect(image(text)).toEqual([expect.stringContaining(sentence)]);
  });
});

describe('a container', () => {
  test('that starts a missing file is found', () => {
    const compose = file(
      'docker/compose.yaml',
      'command: [dist/apps/courier/src/main.js]\ncommand: [dist/apps/a/src/b.js]',
    );
    expect(containersStartWhatExists([compose, file('apps/courier/src/main.ts')])).toEqual([
      'docker/compose.yaml starts dist/apps/a/src/b.js, and there is no apps/a/src/b.ts',
    ]);
  });
});
