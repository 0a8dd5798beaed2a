import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { minifySync, transformSync } from '@swc/core';

const sources = readdirSync('libs/client/src').filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
);

describe('the client package', () => {
  test('imports nothing but itself', () => {
    const manifest = JSON.parse(readFileSync('libs/client/package.json', 'utf8'));
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
    for (const name of sources) {
      const imports = [...readFileSync(`libs/client/src/${name}`, 'utf8').matchAll(/from '([^']+)'/g)];
      expect(imports.map(([, from]) => from).filter((from) => !from?.startsWith('./'))).toEqual([]);
    }
  });

  test('has the licence of the project, so that npm packs it', () => {
    const licenceOf = (folder: string) => {
      const { license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      return [license, readFileSync(`${folder}/LICENSE`, 'utf8')];
    };
    expect(licenceOf('libs/client')).toEqual(licenceOf('.'));
    expect(licenceOf('.')).toEqual(['Apache-2.0', expect.stringContaining('APPENDIX: How to apply')]);
  });

  test('a bundler leaves the verifier out when only the client is imported', () => {
    const manifest = JSON.parse(readFileSync('libs/client/package.json', 'utf8'));
    expect(manifest.sideEffects).toBe(false);
    const reached = new Set<string>();
    const reach = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      const text = readFileSync(`libs/client/src/${name}.ts`, 'utf8');
      for (const [, next = ''] of text.matchAll(/^(?:import|\} from|export .* from).*'\.\/(\S+)\.js'/gm))
        reach(next);
    };
    reach('client');
    expect([...reached]).toEqual(expect.arrayContaining(['keeper', 'session', 'tabs', 'recovery', 'error']));
    expect([...reached].filter((name) => /verifier|remote-keys/.test(name))).toEqual([]);
  });

  test('is under 7 kB, minified and gzipped', () => {
    const all = sources.map((name) => {
      const typescript = readFileSync(`libs/client/src/${name}`, 'utf8');
      const { code } = transformSync(typescript, {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        isModule: true,
        swcrc: false,
        configFile: false,
      });
      return minifySync(code, { module: true, compress: true, mangle: true }).code;
    });
    const bytes = gzipSync(all.join('\n'), { level: 9 }).length;
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(7 * 1024);
  });
});
