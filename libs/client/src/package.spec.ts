import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { minifySync, transformSync } from '@swc/core';

const sources = readdirSync('libs/client/src').filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
);

describe('the package', () => {
  test('has no dependency: it imports nothing but itself', () => {
    const manifest = JSON.parse(readFileSync('libs/client/package.json', 'utf8'));
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
    for (const name of sources) {
      const imports = [...readFileSync(`libs/client/src/${name}`, 'utf8').matchAll(/from '([^']+)'/g)];
      expect(imports.map(([, from]) => from).filter((from) => !from?.startsWith('./'))).toEqual([]);
    }
  });

  test('is under 6 kB, minified and gzipped', () => {
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
    expect(bytes).toBeLessThan(6 * 1024);
  });
});
