import type { Page } from '@rekey/database';
import { deny } from '@rekey/http';
import { type Keyring, type Position, readCursor, writeCursor } from '@rekey/kernel';

/** A query of a list, of which `cursor` and `limit` are about the page. */
interface PagedQuery {
  cursor?: string | undefined;
  limit: number;
}

/** The list and the filters that a cursor is for. The size of the page may change on the way. */
const ofCursor = (list: string, { cursor: _cursor, limit: _limit, ...filters }: PagedQuery): object => ({
  list,
  ...filters,
});

/** @throws {RefusedException} `invalid_request` for a cursor that is malformed, or of another query */
export function pageWanted(
  keyring: Keyring,
  list: string,
  query: PagedQuery,
): { after?: Position | undefined; limit: number } {
  const { cursor, limit } = query;
  if (cursor === undefined) return { limit };
  const detail = 'not a cursor of this query; begin again without it';
  const after = readCursor(keyring, ofCursor(list, query), cursor);
  return { after: after ?? deny('invalid_request', { errors: [{ pointer: '/cursor', detail }] }), limit };
}

/** `next` of a response, unless it is the last page. */
export const nextOf = (
  keyring: Keyring,
  list: string,
  query: PagedQuery,
  { next }: Page<unknown>,
): { next?: string } => (next ? { next: writeCursor(keyring, ofCursor(list, query), next) } : {});
