import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/**
 * `node apps/console/web/build.mjs` builds the console's web app into `dist/apps/console/web`, when one of its sources or the lock file
 * changed since: every start and every run of the tests asks. Files that compress lie there as Brotli and gzip too.
 */

const here = import.meta.dirname;
const top = join(here, '../../..');
const target = join(top, 'dist/apps/console/web');
const stamp = join(target, '.sources');
/** Another build may run at the same time: each has a folder of its own, and the last one that is done stays. */
const fresh = `${target}-${process.pid}`;

const filesIn = (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

/** A digest of all that the app is made of; specs are no part of it. */
function digestOfSources() {
  const hash = createHash('sha256');
  const sources = filesIn(here).filter((path) => !/\.spec\.tsx?$/.test(path));
  for (const path of [...sources, join(top, 'package-lock.json')].sort())
    hash
      .update(`${relative(top, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}

/** Packages whose code ends up in the app: their licences ask to be passed on with it. */
function licences(directories) {
  const texts = [...directories].sort().map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const file = readdirSync(directory).find((each) => /^(licen[cs]e|copying)/i.test(each));
    const text = file ? readFileSync(join(directory, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}`;
  });
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The directory of the package that a bundled module is from. */
function packageOf(module) {
  const [path = ''] = module.replace(/^\0/, '').split('?');
  if (!path.includes('/node_modules/')) return undefined;
  for (let at = dirname(path); at.includes('/node_modules/'); at = dirname(at)) {
    const manifest = join(at, 'package.json');
    // Some packages have a nameless manifest inside, which says only how its files are to be read.
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) return at;
  }
  return undefined;
}

async function build(digest) {
  const { build: bundle } = await import('vite');
  const packages = new Set();
  const collect = {
    name: 'packages',
    generateBundle(_options, bundled) {
      for (const { modules = {} } of Object.values(bundled))
        for (const module of Object.keys(modules)) packages.add(packageOf(module));
      packages.delete(undefined);
    },
  };
  await bundle({
    configFile: join(here, 'vite.config.mjs'),
    mode: 'production',
    logLevel: 'warn',
    plugins: [collect],
    build: { outDir: fresh, emptyOutDir: true },
  });
  writeFileSync(join(fresh, 'licences.txt'), licences(packages));
  for (const path of filesIn(join(fresh, 'assets'))) {
    const bytes = readFileSync(path);
    const size = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, size));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
  writeFileSync(join(fresh, '.sources'), digest);
}

function putInPlace() {
  const old = `${fresh}-old`;
  if (existsSync(target)) renameSync(target, old);
  try {
    renameSync(fresh, target);
  } catch (fault) {
    // A build at the same time has put the same there.
    if (!existsSync(stamp)) throw fault;
    rmSync(fresh, { recursive: true });
  }
  rmSync(old, { recursive: true, force: true });
}

const digest = digestOfSources();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  try {
    await build(digest);
    putInPlace();
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
