import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** The package as somebody installs it: packed as it is published, without a network, in its own project. */
describe('the packed client package', () => {
  let project: string;
  const run = (command: string, args: string[], cwd = project): string => {
    try {
      return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });
    } catch (fault) {
      const { stdout, stderr } = fault as { stdout: string; stderr: string };
      throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
    }
  };
  const write = (name: string, content: string | object) =>
    writeFileSync(join(project, name), typeof content === 'string' ? content : JSON.stringify(content));

  let files: string[];
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'rekey-consumer-'));
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--pack-destination', project], 'libs/client').replace(/^[^[]*/s, ''),
    );
    files = packed.files.map(({ path }: { path: string }) => path);
    write('package.json', { private: true, type: 'module' });
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${packed.filename}`]);
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('holds the build, types, licence, README and manifest, and nothing else', () => {
    const modules = readdirSync('libs/client/src')
      .filter((name) => !name.endsWith('.spec.ts'))
      .flatMap((name) => ['.js', '.d.ts'].map((end) => `dist/${name.replace(/\.ts$/, end)}`));
    expect([...files].sort()).toEqual(['LICENSE', 'README.md', 'package.json', ...modules].sort());
    expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@rekey',
    ]);
  });

  test('can be imported in Node.js', () => {
    write(
      'use.js',
      `import { createClient, createVerifier, keyValueStorage, memoryStorage, RekeyError } from '@rekey/client';
       const client = createClient({ issuer: 'http://127.0.0.1:1', recovery: 'http://127.0.0.1:1' });
       const fault = await client.fetch('http://127.0.0.1:1/x').catch((thrown) => thrown);
       const verdict = await createVerifier({ issuer: 'http://127.0.0.1:1', audience: 'x' })(undefined);
       console.log(fault instanceof RekeyError, fault.code, verdict.challenge, typeof keyValueStorage, typeof memoryStorage);`,
    );
    expect(run(process.execPath, ['use.js']).trim()).toBe(
      'true signed_out Bearer realm="api" function function',
    );
  });

  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types for a project with module %s and moduleResolution %s', (module, moduleResolution) => {
    write(
      'use.ts',
      `import { type Client, createClient, keyValueStorage, RekeyError, type TokenStorage } from '@rekey/client';
       const storage: TokenStorage = keyValueStorage(localStorage);
       export const client: Client = createClient({ issuer: 'x', recovery: 'x', storage, onRecovery: ({ error }) => error });
       export const code = async () => (await client.startRecovery({ identifier: 'x' })).view.methods[0] satisfies string | undefined;
       export const isFault = (thrown: unknown): number => (thrown instanceof RekeyError ? thrown.status : 0);`,
    );
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      // Skips TypeScript's own declarations; those of the package are checked.
      skipDefaultLibCheck: true,
      strict: true,
      noEmit: true,
    };
    write('tsconfig.json', { compilerOptions, files: ['use.ts'] });
    expect(run(process.execPath, [tsc, '-p', '.'])).toBe('');
  });

  test('has a README that names only what it exports', () => {
    const index = readFileSync('libs/client/src/index.ts', 'utf8');
    const named = [
      ...readFileSync('libs/client/README.md', 'utf8').matchAll(/import \{([^}]+)\} from '@rekey\/client'/g),
    ].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
    expect(named.length).toBeGreaterThan(2);
    for (const name of named) expect(index).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
