import { namesUnder } from './rooms.js';
import type { Rule, Source } from './source-tree.js';

const topLevel = [
  'apps',
  'libs',
  'test',
  'docker',
  'docs',
  'nest-cli.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

/** A newcomer sees at the top what there is, and nothing else. */
export const tidyTop: Rule = (sources) =>
  [...new Set(sources.map(({ path }) => path.split('/')[0] ?? ''))]
    .filter((name) => !name.startsWith('.') && !topLevel.includes(name))
    .map((name) => `${name} lies at the top: it belongs into one of ${topLevel.slice(0, 5).join(', ')}`);

const shown = ['apps', 'libs', 'test'] as const;

const mapPage = 'docs/develop/code-map.md';

/** The code map names every app, module and kind of test that exists, and none that does not. */
export const mapIsTrue: Rule = (sources) => {
  const page = sources.find(({ path }) => path === mapPage)?.text;
  if (page === undefined) return [`${mapPage} is missing`];
  const map = readMap(page);
  return shown.flatMap((folder) => {
    const exist = namesUnder(sources, folder);
    const drawn = map.get(folder) ?? [];
    return [
      ...exist.filter((name) => !drawn.includes(name)).map((name) => `the code map lacks ${folder}/${name}/`),
      ...drawn
        .filter((name) => !exist.includes(name))
        .map((name) => `the code map shows ${folder}/${name}/, which does not exist`),
    ];
  });
};

/** The map is a fenced block: `libs/` at the margin, below it `  kernel/   what it is`; several names may share a line. */
function readMap(page: string): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [, block = ''] of page.matchAll(/```[a-z]*\n([\s\S]*?)```/g)) {
    if (!/^libs\//m.test(block)) continue;
    let folder = '';
    for (const line of block.split('\n')) {
      const [, atMargin] = /^([\w-]+)\//.exec(line) ?? [];
      const [, indented] = /^ {2}((?:[\w-]+\/ ?)+)/.exec(line) ?? [];
      if (atMargin) folder = atMargin;
      const names =
        indented
          ?.split('/')
          .map((name) => name.trim())
          .filter(Boolean) ?? [];
      map.set(folder, [...(map.get(folder) ?? []), ...names]);
    }
  }
  return map;
}

const mostReadmeLines = 150;
const firstCommands = 'npm ci && npm start\nnpm ci && npm test\n';

/** The README is read in one go, and its first block of code can be typed as it is. What needs more room is in docs. */
export const readmeIsShort: Rule = (sources) => {
  const readme = sources.find(({ path }) => path === 'README.md')?.text;
  if (readme === undefined) return ['README.md is missing'];
  const lines = readme.trimEnd().split('\n').length;
  const [, first] = /^```[a-z]*\n([\s\S]*?)```/m.exec(readme) ?? [];
  return [
    ...(lines > mostReadmeLines
      ? [`README.md has ${lines} lines, at most ${mostReadmeLines}: move details to docs`]
      : []),
    ...(first === firstCommands
      ? []
      : ['README.md: its first block of code must be "npm ci && npm start" and "npm ci && npm test"']),
  ];
};

/** What README and other pages tell a person to type can be typed. */
export const commandsExist: Rule = (sources) => {
  const manifest = sources.find(({ path }) => path === 'package.json')?.text ?? '{}';
  const scripts: Record<string, string> = JSON.parse(manifest).scripts ?? {};
  return sources
    .filter(
      ({ path }) => /\.(md|ya?ml|env)$/.test(path) || path === 'docker/Dockerfile' || path === 'package.json',
    )
    .flatMap(({ path, text }) => {
      const named = [...text.matchAll(/\bnpm run (?:--?[\w-]+ )*([a-z][\w:-]*)/g)].map(
        ([, name = '']) => name,
      );
      return [...new Set(named)]
        .filter((name) => !(name in scripts))
        .map((name) => `${path} says npm run ${name}, and there is no such script`);
    });
};

const machinePath = /(?<![\w.])(?:\/(?:home|Users|root|work)\/[\w.-]+|[A-Z]:\\Users\\)/;

/** A path of somebody's machine works on that machine only, and tells who they are. */
export const noMachinePaths: Rule = (sources) => sources.flatMap(machinePathsIn);

function machinePathsIn({ path, text }: Source): string[] {
  return text.split('\n').flatMap((line, index) => {
    const [found] = machinePath.exec(line) ?? [];
    return found ? [`${path}:${index + 1} holds a path of one machine, ${found}`] : [];
  });
}

/** What CI and a person run can be run. */
export const scriptsCanRun: Rule = (sources) => [
  ...(sources.some(({ path }) => path === '.ci/run') ? [] : ['.ci/run is missing']),
  ...sources
    .filter(({ text, executable }) => text.startsWith('#!') && executable === false)
    .map(({ path }) => `${path} begins with #! and is not executable`),
];
