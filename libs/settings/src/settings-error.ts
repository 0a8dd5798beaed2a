/** Everything that is wrong with the environment, one line each, all at once. The process exits with 78 (EX_CONFIG). */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
  }
}
