import { createHmac } from 'node:crypto';
import { canonical, type Json } from './canonical.js';

/** An event as the tree holds it. Times are RFC 3339 in UTC, with the six digits that PostgreSQL keeps. */
export interface SealedEvent {
  /** UUID. */
  id: string;
  at: string;
  /** By the clock of the database; events of early releases have none. */
  recorded_at?: string | undefined;
  event: string;
  actor: string;
  /** A commitment to the account, as base64url: see {@link commitTo}. */
  account?: string | undefined;
  /** UUID. */
  recovery_id?: string | undefined;
  /** Of the request that caused it. */
  request_id?: string | undefined;
  /** A keyed pseudonym of where that came from. */
  source?: string | undefined;
  detail: { [member: string]: Json };
}

/** The version of the way in which leaves are written. */
const version = 1;

/** What a leaf of the tree is the hash of: canonical JSON of the event, without the members that it does not have. An event is
 * what the lines of exports allow, and nothing else. */
export const leafOf = (event: SealedEvent): Buffer => Buffer.from(canonical({ v: version, ...event }));

/**
 * A commitment to an account: who has its salt can prove which account is meant. Once the salt is erased, nobody can tell, not even by
 * trying every id, and the leaf is the same.
 *
 * @param salt 32 random bytes, kept for each account
 */
export const commitTo = (salt: Buffer, accountId: string): Buffer =>
  createHmac('sha256', salt).update(accountId).digest();
