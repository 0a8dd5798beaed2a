import { timingSafeEqual } from 'node:crypto';
import type { Keyring } from './keyring.js';

/** Where a page of a list ends. The list is ordered by time and then by id, newest first. */
export interface Position {
  /** RFC 3339, as exact as the database has it. */
  at: string;
  id: string;
}

const purpose = 'cursor';
const macLength = 16;

const signed = (query: object, { at, id }: Position): string => JSON.stringify([query, at, id]);

/**
 * A position as a caller sees it: opaque, and good for the same query only.
 *
 * @param query the list and its filters. Their order counts
 */
export const writeCursor = (keyring: Keyring, query: object, position: Position): string =>
  Buffer.concat([
    keyring.mac(purpose, signed(query, position)).subarray(0, macLength),
    Buffer.from(`${position.at} ${position.id}`),
  ]).toString('base64url');

/** @returns undefined for what {@link writeCursor} has not written, or has written for another query */
export function readCursor(keyring: Keyring, query: object, cursor: string): Position | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  const mac = bytes.subarray(0, macLength);
  const [at = '', id, ...more] = bytes.subarray(macLength).toString().split(' ');
  if (mac.length < macLength || id === undefined || more.length > 0) return undefined;
  if (bytes.toString('base64url') !== cursor) return undefined;
  const position = { at, id };
  const expected = keyring.macs(purpose, signed(query, position));
  return expected.some((one) => timingSafeEqual(one.subarray(0, macLength), mac)) ? position : undefined;
}
