import { expectPartWritten } from '../../../test/written.js';
import { hasRight, roles, staffRights, staffRoles } from './rights.js';

const meanings: Record<(typeof staffRights)[number], string> = {
  look: 'read accounts, recoveries, clients and the states of tokens',
  assist: 'help a caller through their own recovery',
  decide: 'release or deny a held recovery, sign for an override',
  revoke: 'end sessions, disable accounts and addresses',
  audit: 'search and export the audit',
  staff: 'invite people, change roles, disable people',
  export: 'export all that is stored about a person (GDPR Art. 15)',
};

test('the table of roles is as written', () => {
  const rows = [
    `| right | ${staffRoles.map((role) => `\`${role}\``).join(' | ')} |`,
    `|---|${staffRoles.map(() => '---').join('|')}|`,
    ...staffRights.map(
      (right) =>
        `| \`${right}\`: ${meanings[right]} | ${staffRoles.map((role) => (hasRight(role, right) ? 'yes' : '')).join(' | ')} |`,
    ),
    '',
    '| role | for |',
    '|---|---|',
    ...staffRoles.map((role) => `| \`${role}\` | ${roles[role].means} |`),
  ];
  expectPartWritten('docs/operate/staff.md', 'roles', rows.join('\n'));
});

test('no role both manages staff and decides, and every right has a role', () => {
  for (const role of staffRoles)
    expect([role, hasRight(role, 'staff') && hasRight(role, 'decide')]).toEqual([role, false]);
  for (const right of staffRights)
    expect([right, staffRoles.some((role) => hasRight(role, right))]).toEqual([right, true]);
});
