import { readFileSync } from 'node:fs';
import { expectWritten } from '../../../test/written.js';
import { variables } from './variables.js';

test('the table of settings in the README is as written', () => {
  const rows = Object.entries(variables).map(
    ([name, { meaning, default: fallback }]) => `| \`${name}\` | ${meaning} | ${fallback} |`,
  );
  const table = ['| name | meaning | default |', '|---|---|---|', ...rows].join('\n');
  const between = /(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/;
  const readme = readFileSync('README.md', 'utf8');
  expectWritten(
    'README.md',
    readme.replace(between, (_all, open: string, close: string) => `${open}${table}${close}`),
  );
});
