import { authenticatorById } from '@rekey/accounts';
import type { Transaction } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';

/** For as long the same form, sent again, shows again what it has made. In milliseconds. */
const shownAgainMs = 10 * 60_000;

/** What a form makes each time that it is sent: nothing of it is stored, and only the browser with the form can have it made again. */
export interface SameShowing {
  /** Of the authenticator. */
  id: string;
  /** For its secrets. */
  random: Buffer;
}

/**
 * @param showing at least 256 bits that only the browser has that was shown the form
 * @param of the account and the session that makes it, and the kind of authenticator
 */
export function sameShowing(
  keyring: Keyring,
  showing: string,
  of: { account: string; session: string; kind: string; bytes: number },
): SameShowing {
  const context = JSON.stringify([of.account, of.session, of.kind, showing]);
  const material = keyring.derive('same-showing', context, { length: 16 + of.bytes }) as Buffer;
  const id = Buffer.from(material.subarray(0, 16));
  // A UUID of our own making (RFC 9562 §5.8).
  id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x80, 6);
  id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
  const text = id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { id: text, random: material.subarray(16) };
}

/**
 * What became of it before, in a transaction that has locked the account: `new` for nothing, `shown` when it was made within ten minutes and
 * counts, `over` for anything else, so that its id cannot be used again.
 */
export async function madeBefore(
  tx: Transaction,
  of: { id: string; account: string; now: Date },
): Promise<'new' | 'shown' | 'over'> {
  const found = await authenticatorById(tx, of);
  if (!found) return 'new';
  const isRecent = found.boundAt !== null && of.now.getTime() - found.boundAt.getTime() < shownAgainMs;
  return isRecent && found.counts ? 'shown' : 'over';
}
