/**
 * Rights of staff. `look`: read accounts, recoveries, clients and tokens' states. `assist`: help a caller through their own recovery.
 * `decide`: release or deny what is held, sign for overrides. `revoke`: end sessions, disable accounts. `audit`: search and export the audit.
 * `staff`: invite people, change their roles, disable them. `export`: all that is stored about a person, with addresses in clear.
 */
export const staffRights = ['look', 'assist', 'decide', 'revoke', 'audit', 'staff', 'export'] as const;
export type StaffRight = (typeof staffRights)[number];

export const staffRoles = ['support', 'security', 'auditor', 'admin'] as const;
export type StaffRole = (typeof staffRoles)[number];

/**
 * The rights of each role, and who it is for. No role both manages staff and decides. An admin who invites a second self as another role is
 * not prevented by that, but the audit tells.
 */
export const roles: Readonly<Record<StaffRole, { means: string; rights: readonly StaffRight[] }>> = {
  support: { means: 'Helps people who call', rights: ['look', 'assist'] },
  security: {
    means: 'Decides what is held, and ends what was stolen',
    rights: ['look', 'assist', 'decide', 'revoke', 'export'],
  },
  auditor: { means: 'Reads what was done', rights: ['look', 'audit'] },
  admin: { means: 'Invites staff and gives roles', rights: ['look', 'staff'] },
};

export const rightsOf = (role: StaffRole): readonly StaffRight[] => roles[role].rights;

export const hasRight = (role: StaffRole, right: StaffRight): boolean => rightsOf(role).includes(right);

export const isStaffRole = (text: string): text is StaffRole => staffRoles.some((role) => role === text);
