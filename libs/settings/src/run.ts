/**
 * The processes of a deployment. `roles` and `migrate` run once before the others, `import` and `keys` next to them; `standalone` is all of
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
  | 'standalone';

/** For which process the settings are read. */
export interface Run {
  process: ProcessName;
  production: boolean;
}
