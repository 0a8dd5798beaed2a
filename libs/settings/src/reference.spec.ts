import { expectWritten, writtenFrom } from '../../../test/written.js';
import { defaultText, type Variable } from './variable.js';
import { variables } from './variables.js';

/** Pages that a description refers to by their title: `see "Database roles"`. */
const pages: Record<string, string> = {
  'Database roles': '../operate/database-roles.md',
  'Your PostgreSQL': '../operate/postgresql.md',
  'Token lifetimes': '../operate/token-lifetimes.md',
  'Use an external issuer': '../integrate/external-issuer.md',
  Policies: '../operate/policies.md',
  Senders: '../operate/senders.md',
  'SMS costs': '../operate/sms-costs.md',
  Monitoring: '../operate/monitoring.md',
};

/** @throws {Error} for a title without a page */
const withLinks = (meaning: string): string =>
  meaning.replace(/\bsee "([^"]+)"/g, (_all, title: string) => {
    if (!pages[title]) throw new Error(`no page for ${title}: add it here`);
    return `see [${title}](${pages[title]})`;
  });

test('the reference of settings is as written', () => {
  const rows = Object.entries<Variable>(variables).map(
    ([name, variable]) =>
      `| \`${name}\` | ${withLinks(variable.meaning)} | ${defaultText(variable)} | ${variable.allowed.replaceAll('<', '&lt;')} |`,
  );
  const page = [
    writtenFrom('libs/settings/src/subjects'),
    '',
    '# Settings',
    '',
    'Rekey reads its settings from environment variables, once, at the start. An empty variable counts as unset. A wrong value stops',
    'the process with exit code 78 and names every wrong variable, what was read and what is allowed.',
    '',
    'Without `NODE_ENV=production`, what is missing has a development default. With it, a process does not start, and lists every',
    'setting that still has its development default.',
    '',
    '| name | meaning | default | allowed |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  expectWritten('docs/reference/settings.md', page);
});
