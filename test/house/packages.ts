import { builtinModules } from 'node:module';
import { namesUnder } from './rooms.js';
import { isBundled, isCode, isProduct, type Rule, type Source } from './source-tree.js';
import { importsOf } from './syntax.js';

const read = (sources: readonly Source[], path: string): string | undefined =>
  sources.find((source) => source.path === path)?.text;

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The image holds production dependencies only, and a package that merely happens to be there can be gone tomorrow. */
export const importsAreDeclared: Rule = (sources) => {
  const { dependencies = {}, devDependencies = {} }: Manifest = JSON.parse(
    read(sources, 'package.json') ?? '{}',
  );
  return sources.filter(isCode).flatMap((source) =>
    importsOf(source).flatMap(({ specifier, place, typeOnly }) => {
      if (/^(\.|node:|@rekey\/|#)/.test(specifier) || builtinModules.includes(specifier)) return [];
      const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
      if (name in dependencies) return [];
      if (!(name in devDependencies))
        return [`${place} imports ${specifier}, which package.json does not name`];
      const atRunTime = isProduct(source) && !isBundled(source) && !typeOnly;
      return atRunTime
        ? [`${place} imports ${specifier}, a development dependency, in code that runs in production`]
        : [];
    }),
  );
};

/** A range is a different program on another day. */
export const versionsAreExact: Rule = (sources) => {
  const { dependencies = {}, devDependencies = {} }: Manifest = JSON.parse(
    read(sources, 'package.json') ?? '{}',
  );
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `package.json asks for ${name} ${version}: pin one version`);
};

/** The type checker, the compiler and the rooms on disk know the same rooms. */
export const aliasesAgree: Rule = (sources) => {
  const rooms = namesUnder(sources, 'libs').map((room) => `@rekey/${room} libs/${room}/src/index.ts`);
  const lists = {
    'tsconfig.json': JSON.parse(read(sources, 'tsconfig.json') ?? '{}').compilerOptions?.paths ?? {},
    '.swcrc': JSON.parse(read(sources, '.swcrc') ?? '{}').jsc?.paths ?? {},
  };
  return Object.entries(lists).flatMap(([file, paths]) => {
    const aliases = Object.entries(paths as Record<string, string[]>).map(
      ([name, targets]) => `${name} ${targets.map((target) => target.replace(/^\.\//, '')).join(' ')}`,
    );
    return [
      ...rooms.filter((room) => !aliases.includes(room)).map((room) => `${file} lacks the alias ${room}`),
      ...aliases
        .filter((alias) => !rooms.includes(alias))
        .map((alias) => `${file} has the alias ${alias}, and no such room exists`),
    ];
  });
};
