/** A command of ours: `rekey NAME` in the image, `npm run …` in a clone. A new one is a line here, and a script in `package.json`. */
export interface Command {
  /** For `rekey --help`: one line. */
  means: string;
  /** What may follow the name; nothing may when it is left out. */
  takes?: string;
  /** What is run, from the top of the build; of `docker/`, from the top of the tree. */
  file: string;
}

export const commands: Record<string, Command> = {
  recovery: { means: 'the public API and the hosted pages', file: 'dist/apps/recovery/src/main.js' },
  issuer: { means: 'OAuth endpoints, sign-in, sessions, keys', file: 'dist/apps/issuer/src/main.js' },
  console: { means: 'the console of staff, and the management API', file: 'dist/apps/console/src/main.js' },
  courier: { means: 'finds the account, derives the code, sends it', file: 'dist/apps/courier/src/main.js' },
  roles: {
    means: 'makes the database and its two roles, as a superuser',
    file: 'dist/apps/standalone/src/roles-command.js',
  },
  migrate: {
    means: 'brings the schema up to date, as the owner of the tables',
    file: 'dist/apps/standalone/src/migrate.js',
  },
  keys: {
    means: 'replaces a key of the keyring, and says what needs which',
    takes: 'status | add | rotate',
    file: 'dist/apps/standalone/src/keys-command.js',
  },
  audit: {
    means: 'writes the audit to a file, verifies such a file, proves what happened',
    takes: 'keys | export FILE | verify FILE … | prove FILE …',
    file: 'dist/apps/standalone/src/audit-command.js',
  },
  staff: {
    means: 'invites people to the console, lists and disables them',
    takes: 'invite NAME --role ROLE | list | disable ID',
    file: 'dist/apps/standalone/src/staff-command.js',
  },
  accounts: {
    means: 'sends a file of accounts to the management API',
    takes: 'import FILE',
    file: 'dist/apps/console/src/import-command.js',
  },
  tokens: {
    means: 'says why a token is not accepted',
    takes: 'diagnose TOKEN [--audience RESOURCE] [--json]',
    file: 'dist/apps/console/src/tokens-command.js',
  },
  policy: {
    means: 'checks a policy, and says what its holds would have changed',
    takes: 'check FILE | simulate FILE [--since 30d] [--json]',
    file: 'dist/apps/standalone/src/policy-command.js',
  },
  health: { means: 'ends with 0 when the process of this container is alive', file: 'docker/health.js' },
};
