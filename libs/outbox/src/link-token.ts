import { type Keyring, readBase64url } from '@rekey/kernel';
import { messageLifetimes } from './lifetimes.js';

const idBytes = 16;
const timeBytes = 6;

const counterBytes = 2;

/**
 * The token of a link: the recovery's id, the second at which the link expires, the number of the message, and a keyed digest of all three.
 * Nothing of it is stored.
 */
function linkToken(
  keyring: Keyring,
  purpose: string,
  of: { id: string; endsAt: number; counter: number },
): string {
  const head = Buffer.alloc(idBytes + timeBytes + counterBytes);
  head.write(of.id.replaceAll('-', ''), 0, 'hex');
  head.writeUIntBE(Math.floor(of.endsAt / 1000), idBytes, timeBytes);
  head.writeUIntBE(of.counter, idBytes + timeBytes, counterBytes);
  return Buffer.concat([head, keyring.mac(purpose, head.toString('hex'))]).toString('base64url');
}

function readToken(
  keyring: Keyring,
  purpose: string,
  token: string,
  now: number,
): { id: string; counter: number } | undefined {
  const headBytes = idBytes + timeBytes + counterBytes;
  if (!/^[\w-]{75}$/.test(token)) return undefined;
  const bytes = readBase64url(token);
  if (!bytes) return undefined;
  const head = bytes.subarray(0, headBytes);
  if (!keyring.isMac(bytes.subarray(headBytes), purpose, head.toString('hex'))) return undefined;
  if (head.readUIntBE(idBytes, timeBytes) * 1000 <= now) return undefined;
  const hex = head.toString('hex', 0, idBytes);
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  );
  return { id, counter: head.readUIntBE(idBytes + timeBytes, counterBytes) };
}

/**
 * Tells links to the addresses of an account apart: two random bytes of the address's id. A link of the release before has 0, and so nobody's.
 */
const tagOf = (addressId: string): number => Number.parseInt(addressId.slice(-4), 16) || 1;

/** A "this was not me" link that is ours. */
export interface ReadLink {
  /** What it stops. */
  id: string;
  /** @returns whether it went to this address of the account; one in 65,535 of the others looks the same */
  isSentTo(addressId: string): boolean;
}

const readLink = (read: ReturnType<typeof readToken>): ReadLink | undefined =>
  read && { id: read.id, isSentTo: (addressId) => tagOf(addressId) === read.counter };

/**
 * The token of the "this was not me" link, valid for 72 hours, and for as long as the recovery is held.
 *
 * @param of.heldUntil of a recovery that is held or has been
 * @param of.to id of the address that it goes to
 */
export const stopToken = (
  keyring: Keyring,
  recoveryId: string,
  sentAt: number,
  { heldUntil, to }: { heldUntil?: Date | null; to?: string } = {},
): string =>
  linkToken(keyring, 'stop-token', {
    id: recoveryId,
    endsAt: Math.max(sentAt + messageLifetimes.stopLink, heldUntil?.getTime() ?? 0),
    counter: to === undefined ? 0 : tagOf(to),
  });

/** @returns the recovery; undefined for a token that is not ours or has expired */
export const readStopToken = (keyring: Keyring, token: string, now: number): ReadLink | undefined =>
  readLink(readToken(keyring, 'stop-token', token, now));

/** The token of the link that undoes a binding. @param to id of the address that it goes to */
export const undoToken = (keyring: Keyring, authenticatorId: string, sentAt: number, to: string): string =>
  linkToken(keyring, 'undo-token', {
    id: authenticatorId,
    endsAt: sentAt + messageLifetimes.stopLink,
    counter: tagOf(to),
  });

/** @returns the authenticator; undefined for a token that is not ours or has expired */
export const readUndoToken = (keyring: Keyring, token: string, now: number): ReadLink | undefined =>
  readLink(readToken(keyring, 'undo-token', token, now));

/** The token of the link that stops an override. @param to id of the address that it goes to */
export const overrideToken = (keyring: Keyring, overrideId: string, sentAt: number, to: string): string =>
  linkToken(keyring, 'override-token', {
    id: overrideId,
    endsAt: sentAt + messageLifetimes.overrideLink,
    counter: tagOf(to),
  });

/** @returns the override; undefined for a token that is not ours or has expired */
export const readOverrideToken = (keyring: Keyring, token: string, now: number): ReadLink | undefined =>
  readLink(readToken(keyring, 'override-token', token, now));

/**
 * The token of the link next to a code in a mail.
 * @param counter the number of the message within the recovery
 */
export const codeLinkToken = (
  keyring: Keyring,
  recoveryId: string,
  counter: number,
  sentAt: number,
): string =>
  linkToken(keyring, 'code-link', { id: recoveryId, endsAt: sentAt + messageLifetimes.codeLink, counter });

export const readLinkToken = (keyring: Keyring, token: string, now: number) =>
  readToken(keyring, 'code-link', token, now);
