import { expectWritten, writtenFrom } from '../../../test/written.js';
import { commands, type ProcessName, servers } from './run.js';
import { isUsed, usersOf } from './used-by.js';
import { defaultText, fileForm, isNeeded, type Variable } from './variable.js';
import { type VariableName, variables } from './variables.js';

/** Pages that a description refers to by their title: `see "Database roles"`. */
const pages: Record<string, string> = {
  Deploy: '../operate/deploy.md',
  'Database roles': '../operate/database-roles.md',
  'Your PostgreSQL': '../operate/postgresql.md',
  'Token lifetimes': '../operate/token-lifetimes.md',
  'Use an external issuer': '../integrate/external-issuer.md',
  Policies: '../operate/policies.md',
  Senders: '../operate/senders.md',
  'The audit': '../operate/audit.md',
  'SMS costs': '../operate/sms-costs.md',
  Monitoring: '../operate/monitoring.md',
};

/** @throws {Error} for a title without a page */
const withLinks = (meaning: string): string =>
  meaning.replace(/\bsee "([^"]+)"/g, (_all, title: string) => {
    if (!pages[title]) throw new Error(`no page for ${title}: add it here`);
    return `see [${title}](${pages[title]})`;
  });

const all = Object.entries<Variable>(variables) as [VariableName, Variable][];
const code = (name: string) => `\`${name}\``;
/** As a person starts it. */
const called = (process: ProcessName): string => (process === 'import' ? 'accounts import' : process);
const isWhole = (some: readonly ProcessName[], users: readonly ProcessName[]) =>
  some.every((process) => users.includes(process));

function usersText(name: VariableName): string {
  const users = usersOf(name);
  const [withServers, withCommands] = [isWhole(servers, users), isWhole(commands, users)];
  if (withServers && withCommands) return 'all';
  const rest = users.filter((process) => !withServers || !servers.includes(process));
  return [...(withServers ? ['servers'] : []), ...rest.map(called)].join(', ') || '`npm start`';
}

const row = ([name, variable]: [VariableName, Variable]): string => {
  const names = variable.secret ? `${code(name)} or ${code(fileForm(name))}` : code(name);
  const allowed = variable.allowed.replaceAll('<', '&lt;');
  return `| ${names} | ${withLinks(variable.meaning)} | ${defaultText(variable)} | ${allowed} | ${usersText(name)} |`;
};

const secretsOf = (process: ProcessName): string => {
  const run = { process, production: true };
  const secrets = all.filter(([name, { secret }]) => secret && isUsed(name, process));
  return secrets
    .map(([name, variable]) => (isNeeded(variable, run) ? `**${code(name)}**` : code(name)))
    .join(', ');
};

test('the reference of settings is as written', () => {
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
    '**Secrets in files.** A variable with two names is a secret. Set it, or set its second name to the path of a file with the value. White',
    'space around the value is ignored, and an empty file counts as unset. To set both is an error. The file is read once, at the start, by',
    'the processes that use the variable.',
    '',
    '**Used by.** "servers" are recovery, issuer, console and courier; "all" also means the commands migrate, roles, keys, accounts import and',
    'tokens. `npm start` uses what any of them uses.',
    '',
    '| name | meaning | default | allowed | used by |',
    '|---|---|---|---|---|',
    ...all.map(row),
    '',
    '## Secrets of each process',
    '',
    'Give a process no other secret. Without one in **bold** it does not start in production. The courier also needs those of its way to send',
    'mail and SMS, and roles needs all three.',
    '',
    '| process | secrets that it uses |',
    '|---|---|',
    ...[...servers, ...commands].map((process) => `| ${called(process)} | ${secretsOf(process)} |`),
    '',
  ].join('\n');
  expectWritten('docs/reference/settings.md', page);
});
