/** A start that cannot be, in one line that says what to do. */
export class StartFault extends Error {}

/** The embedded PostgreSQL of this data dir runs already. */
export class AlreadyRunningFault extends StartFault {}
