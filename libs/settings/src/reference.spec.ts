import { expectWritten, writtenFrom } from '../../../test/written.js';
import { variables } from './variables.js';

test('the reference of settings is as written', () => {
  const rows = Object.entries(variables).map(
    ([name, { meaning, default: fallback, allowed }]) =>
      `| \`${name}\` | ${meaning} | ${fallback} | ${allowed.replaceAll('<', '&lt;')} |`,
  );
  const page = [
    writtenFrom('libs/settings/src/variables.ts'),
    '',
    '# Settings',
    '',
    'Rekey reads its settings from environment variables, once, at the start. An empty variable counts as unset. A wrong value stops',
    'the process with exit code 78 and names every wrong variable, what was read and what is allowed.',
    '',
    'Without `NODE_ENV=production`, what is missing has a development default. With it, a process refuses every development default and',
    'names them all at once.',
    '',
    '| name | meaning | default | allowed |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  expectWritten('docs/reference/settings.md', page);
});
