import type { Database, Queryable } from '@rekey/database';
import { inclusionPath } from '../tree/proof.js';
import { nodesOf, rootOf } from '../tree/range.js';
import { proofFormat, type WrittenProof } from './log-proof.js';
import { readNodes } from './read-tree.js';
import * as statements from './statements.js';
import { contentOf, type FoundEvent } from './write-export.js';

/**
 * Proves that an event is in the log: under its last head, from the tiles of the tree.
 *
 * @param id UUID of the event
 * @returns undefined for an event that is not sealed (yet), or that is past its retention
 */
export function proveEvent(database: Database, id: string): Promise<WrittenProof | undefined> {
  return database.transaction(async (tx) => {
    await tx.manager.query(statements.ofOneMoment);
    const [head] = await tx.query<{ size: number; note: string }>(statements.lastCheckpoint);
    const [found] = await tx.query<{ position: number }>(statements.positionsOf, { id });
    if (!head || !found) return undefined;
    const { position } = found;
    const [event] = await tx.query<FoundEvent>(statements.eventsAt, { from: position, until: position + 1 });
    const content = event && contentOf(event);
    if (!content) return undefined;
    const path = await pathOf(tx, position, head.size);
    return { format: proofFormat, checkpoint: head.note, events: [{ position, ...content, path }] };
  });
}

async function pathOf(tx: Queryable, position: number, size: number): Promise<string[]> {
  const parts = inclusionPath(position, size).map(nodesOf);
  const hashes = await readNodes(tx, parts.flat());
  return parts.map((nodes) => rootOf(hashes.splice(0, nodes.length)).toString('base64'));
}
