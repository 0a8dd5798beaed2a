/** A place outside of the database that keeps heads of the log. */
export interface Anchor {
  /** As it is shown and kept: without what is secret. */
  name: string;
  /**
   * Adds a head. It may come again.
   *
   * @param note the signed head
   * @param size of the tree
   * @throws {Error} when it is not certain that the anchor has it, or when it has another one of that size
   */
  put(note: string, size: number): Promise<void>;
}

/** Milliseconds that an anchor may take. */
export const anchorTimeoutMs = 10_000;
