/**
 * The processes of a deployment. `roles` and `migrate` run once before the others, `import`, `keys`, `audit`, `staff` and `policy` next to them;
 * `standalone` is all of
 * them in one.
 */
export type ProcessName =
  | 'recovery'
  | 'courier'
  | 'issuer'
  | 'console'
  | 'migrate'
  | 'roles'
  | 'import'
  | 'tokens'
  | 'keys'
  | 'audit'
  | 'policy'
  | 'staff'
  | 'standalone';

/** The processes that keep running. */
export const servers: readonly ProcessName[] = ['recovery', 'issuer', 'console', 'courier'];
/** The processes that end. */
export const commands: readonly ProcessName[] = [
  'migrate',
  'roles',
  'keys',
  'audit',
  'staff',
  'import',
  'tokens',
  'policy',
];

/** For which process the settings are read. */
export interface Run {
  process: ProcessName;
  production: boolean;
}
