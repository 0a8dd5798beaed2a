/** A start that cannot be, in one line that says what to do. */
export class StartFault extends Error {}
