import { isProduct, readTree } from '../../../test/house/source-tree.js';
import { expectWritten, writtenFrom } from '../../../test/written.js';
import { type AuditEventName, auditEventNames, auditEvents, describeEvent } from './events.js';

const row = (name: AuditEventName): string => {
  const { when, outcome, actor, detail = [] } = describeEvent(name);
  return `| \`${name}\` | ${when} | ${outcome} | ${actor.join(', ')} | ${detail.map((member) => `\`${member}\``).join(' ')} |`;
};

test('the reference of audit events is as written', () => {
  const page = [
    writtenFrom('libs/audit/src/events.ts'),
    '',
    '# Audit events',
    '',
    'The table `audit_events` is append-only. An event has `id`, `at` (the clock of the process), `recorded_at` (the clock of the',
    'database), `event`, `actor`, `account_id`, `recovery_id`, `request_id`, `source` and `detail`. It is kept for twelve months.',
    '',
    '`request_id` is the id of the request that caused the event, as in the header `X-Request-Id` of its response and in the logs of every',
    'process that worked for it. A message has the id of the request that queued it. It is null for what no request caused, such as a sweep.',
    '',
    '`source` is a keyed pseudonym of the network that the request came from: of an IPv4 address, or of the /64 of an IPv6 address. One source',
    'has one pseudonym as long as the newest key of the keyring stays; the id of that key is its first part. Without the keyring nobody can',
    'compute it. It is null where `request_id` is, and for messages.',
    '',
    '`actor` is `person`, `system`, a client as `client:<client_id>`, or a member of staff as `staff:<id>`. No event holds a code, a token, a',
    'password or an address of a person. A network address appears only where a retired token was used again: the holder of a stolen token is',
    'to be found and blocked, which a pseudonym does not allow.',
    '',
    'The outcome of an event follows from its name: `success`, what was asked for was done; `failure`, it was tried and did not succeed;',
    '`denied`, a rule refused it. What reads the audit gives it as `outcome`.',
    '',
    '| event | when | outcome | actor | members of `detail` |',
    '|---|---|---|---|---|',
    ...auditEventNames.map(row),
    '',
  ].join('\n');
  expectWritten('docs/reference/audit-events.md', page);
});

test('the product records every event of the catalogue', () => {
  const code = ['apps/', 'libs/']
    .flatMap((folder) => readTree(folder))
    .filter(
      (source) =>
        isProduct(source) && !/libs\/audit\/src\/((operation|staff)-)?events\.ts$/.test(source.path),
    )
    .map(({ text }) => text)
    .join('\n');
  expect(Object.keys(auditEvents).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});
