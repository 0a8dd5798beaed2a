import { startAuthentication } from '@simplewebauthn/browser';
import type { Signed, ToSign } from '../api/acts.js';

/** The text that was shown is not the one that the passkey would sign. */
export class OtherTextError extends Error {
  constructor() {
    super('the challenge is not the digest of the text');
    this.name = 'OtherTextError';
  }
}

/** SHA-256 of a text, in base64url. */
export async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/**
 * Signs a text with the passkey: the challenge is the digest of the text. That it is the text that was shown, this page checks by itself.
 *
 * @throws {OtherTextError}, and what the browser throws
 */
export async function signText({ text, options }: ToSign): Promise<Signed> {
  if (options.challenge !== (await digestOf(text))) throw new OtherTextError();
  return { text, response: await startAuthentication({ optionsJSON: options }) };
}
