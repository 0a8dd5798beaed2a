import { isProduct, readTree } from '../../../test/house/source-tree.js';
import { expectWritten, writtenFrom } from '../../../test/written.js';
import { type AuditEventName, auditEvents, describeEvent } from './events.js';

const row = (name: AuditEventName): string => {
  const { when, actor, detail = [] } = describeEvent(name);
  return `| \`${name}\` | ${when} | ${actor.join(', ')} | ${detail.map((member) => `\`${member}\``).join(' ')} |`;
};

test('the reference of audit events is as written', () => {
  const page = [
    writtenFrom('libs/audit/src/events.ts'),
    '',
    '# Audit events',
    '',
    'The table `audit_events` is append-only. An event has `id`, `at` (the clock of the process), `recorded_at` (the clock of the',
    'database), `event`, `actor`, `account_id`, `recovery_id` and `detail`. It is kept for twelve months.',
    '',
    '`actor` is `person`, `system`, or a client as `client:<client_id>`. No event holds a code, a token, a password or an address of a',
    'person. A network address appears only where a retired token was used again.',
    '',
    '| event | when | actor | members of `detail` |',
    '|---|---|---|---|',
    ...(Object.keys(auditEvents) as AuditEventName[]).map(row),
    '',
  ].join('\n');
  expectWritten('docs/reference/audit-events.md', page);
});

test('the product records every event of the catalogue', () => {
  const code = ['apps/', 'libs/']
    .flatMap((folder) => readTree(folder))
    .filter((source) => isProduct(source) && source.path !== 'libs/audit/src/events.ts')
    .map(({ text }) => text)
    .join('\n');
  expect(Object.keys(auditEvents).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});
