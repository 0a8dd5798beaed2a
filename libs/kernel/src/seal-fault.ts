/** An encrypted value that does not open. Its message names the column, and nothing about the person. */
export class SealFault extends Error {
  /**
   * @param why `key_gone`: the keyring lacks its key, and the value opens once the key is added. `altered`: it was altered, moved from
   * another row, column or account, or never encrypted here, and will never open in this place
   */
  constructor(
    readonly why: 'altered' | 'key_gone',
    message: string,
  ) {
    super(message);
    this.name = 'SealFault';
  }
}
