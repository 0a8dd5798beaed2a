import { hash } from 'node:crypto';

/** Bytes of a hash: SHA-256. */
export const hashLength = 32;

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

/** The hash of a tree without leaves (RFC 9162, section 2.1.1). */
export const emptyRoot: Buffer = sha256();

/** The hash of a leaf. Its prefix keeps a leaf from passing for an inner node (RFC 9162, section 2.1.1). */
export const leafHash = (leaf: Buffer): Buffer => sha256(leafPrefix, leaf);

/** The hash of an inner node (RFC 9162, section 2.1.1). */
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(nodePrefix, left, right);

/** In one call, which takes half of the time that an object for each hash takes. */
function sha256(...parts: Buffer[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer');
}
