/** What was typed is no call of the command. */
export class UsageError extends Error {}
