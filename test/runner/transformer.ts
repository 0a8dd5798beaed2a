import { createHash } from 'node:crypto';
import swc from '@swc/jest';
import { loadShared, sharedFile } from './shared-modules.js';

type Transformer = ReturnType<typeof swc.createTransformer>;
type Options = Parameters<NonNullable<Transformer['process']>>[2];

/** The environment passes {@link loadShared} to the code below under this symbol. */
const sharedModules = Symbol.for('rekey.shared-modules');

/**
 * True from the first environment on. Before that Jest loads its own parts and the global setup through this transformer,
 * outside of any environment, and they need the modules themselves.
 */
let isSharing = false;

/** Passes the shared modules to the code that runs in an environment. */
export function shareWith(global: object): void {
  isSharing = true;
  Object.defineProperty(global, sharedModules, { value: loadShared });
}

const compiler = swc.createTransformer();

/** In place of a shared module Jest gets one that re-exports what Node.js has loaded. */
function passOn(file: string, isEsm: boolean): string {
  const shared = `globalThis[Symbol.for(${JSON.stringify(sharedModules.description)})](${JSON.stringify(file)})`;
  if (!isEsm) return `module.exports = ${shared};`;
  // Numbered: a word such as `catch` may name an export, but not a variable.
  const names = Object.keys(loadShared(file)).filter((name) => name !== 'module.exports');
  return [
    `const { ${names.map((name, at) => `${name}: _${at}`).join(', ')} } = ${shared};`,
    `export { ${names.map((name, at) => `_${at} as ${name}`).join(', ')} };`,
  ].join('\n');
}

const transformer = {
  process(source: string, path: string, options: Options) {
    const file = sharedFile(path);
    if (file) return { code: isSharing ? passOn(file, options.supportsStaticESM) : source };
    return compiler.process?.(source, path, options);
  },
  getCacheKey(source: string, path: string, options: Options): string {
    const file = sharedFile(path);
    // The exports of a module may change without a change of its own text.
    if (file) {
      const code = isSharing ? passOn(file, options.supportsStaticESM) : `${path}\n${source}`;
      return createHash('sha256').update(code).digest('hex');
    }
    return compiler.getCacheKey?.(source, path, options) ?? '';
  },
};
export default transformer;
