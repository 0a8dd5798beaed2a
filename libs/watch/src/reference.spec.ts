import { readFileSync } from 'node:fs';
import { expectWritten } from '../../../test/written.js';
import { describe as about, catalogue, fullName, type MetricName } from './catalogue.js';

const labelsOf = (name: MetricName): string =>
  Object.entries(about(name).labels)
    .map(([label, words]) =>
      typeof words === 'string' ? `\`${label}\`` : `\`${label}\` (${words.join(' ')})`,
    )
    .join(', ');

test('the table of metrics in the README is as written', () => {
  const rows = (Object.keys(catalogue) as MetricName[]).map((name) => {
    const { kind, help, open } = about(name);
    return `| \`${fullName(name)}\`${open ? ' *' : ''} | ${kind} | ${help} | ${labelsOf(name)} |`;
  });
  const table = ['| name | kind | meaning | labels |', '|---|---|---|---|', ...rows].join('\n');
  const between = /(<!-- metrics -->\n)[\s\S]*?(\n<!-- \/metrics -->)/;
  const readme = readFileSync('README.md', 'utf8');
  expect(readme).toMatch(between);
  expectWritten(
    'README.md',
    readme.replace(between, (_all, open: string, close: string) => `${open}${table}${close}`),
  );
});
