import type { Keyring } from '@rekey/kernel';

/** Three digits. The browser that started the recovery shows them; the page behind the link in a mail asks for them. */
export const matchNumber = (keyring: Keyring, recoveryId: string): string =>
  matchNumbers(keyring, recoveryId)[0] ?? '';

/** Includes the numbers under older keys: a browser that started before a key rotation still shows its own number. */
export const matchNumbers = (keyring: Keyring, recoveryId: string): string[] =>
  keyring.macs('link-number', recoveryId).map((mac) => String(100 + (mac.readUInt32BE() % 900)));
