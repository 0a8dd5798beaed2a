import type { Database, Queryable } from '@rekey/database';
import { type EventRow, sealedAs } from '../sealing/sealed-as.js';
import { hashLength } from '../tree/hash.js';
import { nodesOf } from '../tree/range.js';
import { tileWidth } from '../tree/tile.js';
import { format } from './line.js';
import { readNodes, readTiles } from './read-tree.js';
import * as statements from './statements.js';

/** Positions that are read at once. */
const stretch = 16 * tileWidth;

/** An event at its position; `id` is null when it is missing. */
export interface FoundEvent extends Omit<EventRow, 'id'> {
  position: number;
  account: Buffer | null;
  salt: Buffer | null;
  id: string | null;
}

/**
 * Writes the log as an export, as it is at one moment: see `docs/reference/audit-export.md` for the format.
 *
 * @param origin names the log
 * @param write takes one line after the other, without its end; the export waits for it
 */
export async function exportLog(
  database: Database,
  { origin, write }: { origin: string; write: (line: string) => Promise<void> },
): Promise<void> {
  let lines = 0;
  const put = async (line: object) => {
    lines++;
    await write(JSON.stringify(line));
  };
  await database.transaction(async (tx) => {
    await tx.manager.query(statements.ofOneMoment);
    const [{ first, size } = { first: 0, size: 0 }] = await tx.query<statements.Span>(statements.span);
    await put({ type: 'log', format, origin, first, size });
    for (const hash of await readNodes(tx, nodesOf({ start: 0, end: first })))
      await put({ type: 'subtree', hash: hash.toString('base64') });
    for (const note of (await headsAt(tx, first, first)).values()) await put({ type: 'checkpoint', note });
    for (let from = first; from <= size; from += stretch) {
      const until = Math.min(from + stretch, size);
      for (const line of await linesOf(tx, from, until)) await put(line);
      if (until === size) break;
    }
    for (const row of await tx.query<EventRow>(statements.unsealed))
      await put({ type: 'event', content: sealedAs(row, null) });
  });
  await put({ type: 'end', lines: lines + 1 });
}

/** The events of some positions, each head behind the last event that it covers. */
async function linesOf(tx: Queryable, from: number, until: number): Promise<object[]> {
  const lines: object[] = [];
  const heads = await headsAt(tx, from + 1, until);
  const events = new Map(
    (await tx.query<FoundEvent>(statements.eventsAt, { from, until })).map((found) => [
      found.position,
      found,
    ]),
  );
  const hashes = await leafHashes(tx, from, until);
  for (let position = from; position < until; position++) {
    lines.push(eventLine(position, hashes(position), events.get(position)));
    const note = heads.get(position + 1);
    if (note !== undefined) lines.push({ type: 'checkpoint', note });
  }
  return lines;
}

async function headsAt(tx: Queryable, from: number, until: number): Promise<Map<number, string>> {
  const heads = await tx.query<{ size: number; note: string }>(statements.checkpoints, { from, until });
  return new Map(heads.map(({ size, note }) => [size, note]));
}

async function leafHashes(tx: Queryable, from: number, until: number): Promise<(position: number) => Buffer> {
  const first = Math.floor(from / tileWidth);
  const count = Math.ceil(until / tileWidth) - first;
  const places = Array.from({ length: Math.max(0, count) }, (_, n) => ({ level: 0, index: first + n }));
  const tiles = new Map((await readTiles(tx, places)).map(({ index, hashes }) => [index, hashes]));
  return (position) => {
    const at = (position % tileWidth) * hashLength;
    return (tiles.get(Math.floor(position / tileWidth)) ?? Buffer.alloc(0)).subarray(at, at + hashLength);
  };
}

function eventLine(position: number, leaf: Buffer, found: FoundEvent | undefined): object {
  return { type: 'event', position, leaf: leaf.toString('base64'), ...(found && contentOf(found)) };
}

/** What the log says about an event, and what opens its commitment. */
export function contentOf({ id, account, salt, ...found }: FoundEvent) {
  if (id === null) return undefined;
  const { account_id } = found;
  // Without a salt the account is named all the same: what was sealed does not open to it, and verifying says so.
  const opens = account_id === null ? undefined : { account_id, salt: salt?.toString('base64') ?? '' };
  return { content: sealedAs({ ...found, id }, account), ...(opens ? { opens } : {}) };
}
