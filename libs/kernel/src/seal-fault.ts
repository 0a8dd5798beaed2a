/** A sealed value that does not open. Its message says what it was to be, and nothing of whom. */
export class SealFault extends Error {
  /**
   * @param why `key_gone`: the keyring lacks its key; whoever adds it can open the value. `altered`: it was changed, moved from another
   *   row, column or account, or never sealed here; nothing will ever open it in this place
   */
  constructor(
    readonly why: 'altered' | 'key_gone',
    message: string,
  ) {
    super(message);
    this.name = 'SealFault';
  }
}
