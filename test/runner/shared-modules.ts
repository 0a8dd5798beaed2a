import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

/** The root of the project, from `dist/test/runner`. */
export const top = join(import.meta.dirname, '..', '..', '..');
const require = createRequire(import.meta.url);

/** Packages that the product or a spec may import by name. Jest and the compiler load themselves. */
export const sharedPackages: readonly string[] = Object.entries(
  JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as Record<string, object>,
)
  .filter(([key]) => key === 'dependencies' || key === 'devDependencies')
  .flatMap(([, packages]) => Object.keys(packages))
  .filter((name) => !/jest|^@swc\/|^@types\//.test(name));

/**
 * Modules that a worker of Jest loads once, by Node.js itself, and shares among all spec files: the built product, the
 * packages, this folder, `test/search` and `test/servers`. Jest's module registry is new for each file; inside of it, importing
 * the product took 3.4 s a file.
 *
 * Specs, modules that only specs use, and `libs/client` are not shared: the client runs in any environment, and its specs
 * remove globals.
 *
 * @returns the file that Node.js loads; undefined for a module that Jest loads anew for each spec file
 */
export function sharedFile(path: string): string | undefined {
  const [first, second = '', third = ''] = relative(top, path).split(/[\\/]/);
  if (first === 'node_modules') {
    const name = second.startsWith('@') ? `${second}/${third}` : second;
    return sharedPackages.includes(name) ? path : undefined;
  }
  if (!/(?<!\.spec)\.tsx?$/.test(path)) return undefined;
  // The console's web app is bundled, and no module of it is built by itself.
  const isBundled = first === 'apps' && third === 'web';
  const isProduct = (first === 'apps' && !isBundled) || (first === 'libs' && second !== 'client');
  const isForTests = first === 'test' && ['runner', 'search', 'servers'].includes(second);
  if (!isProduct && !isForTests) return undefined;
  return join(top, 'dist', relative(top, path)).replace(/\.tsx?$/, '.js');
}

/** @returns the exports of the module; Node.js keeps it as long as the process lives */
export const loadShared = (file: string): Record<string, unknown> => require(file);
