import { type Database, sql, statement } from '@rekey/database';
import type { Clock } from '@rekey/kernel';
import * as statements from '../export/statements.js';
import type { Anchor } from './anchor.js';

const anchoredAt = statement('audit_anchors_read', sql`select name, size::float8 as size from audit_anchors`);

const put = statement(
  'audit_anchors_put',
  sql`insert into audit_anchors (name, size, anchored_at) values (:name, :size, :at)
   on conflict (name) do update set size = excluded.size, anchored_at = excluded.anchored_at
   where audit_anchors.size < excluded.size`,
);

/**
 * Gives the last head to every anchor that does not have it. One that fails gets it at the next time, and keeps no other from it.
 *
 * @throws {Error} that names each anchor that failed, and why
 */
export async function pushHeads(
  { database, clock }: { database: Database; clock: Clock },
  anchors: readonly Anchor[],
): Promise<void> {
  if (anchors.length === 0) return;
  // In this order, or an anchor may have got a later head in between, from another courier.
  const known = await database.query<{ name: string; size: number }>(anchoredAt);
  const [head] = await database.query<{ size: number; note: string }>(statements.lastCheckpoint);
  if (!head || head.size === 0) return;
  const sizes = new Map(known.map(({ name, size }) => [name, size]));
  const behind = anchors.filter(({ name }) => (sizes.get(name) ?? 0) !== head.size);
  const faults: string[] = [];
  await Promise.all(
    behind.map(async (anchor) => {
      try {
        if ((sizes.get(anchor.name) ?? 0) > head.size)
          throw new Error(`has a head of ${sizes.get(anchor.name)}, and the log ends at ${head.size}`);
        await anchor.put(head.note, head.size);
        await database.query(put, { name: anchor.name, size: head.size, at: new Date(clock.now()) });
      } catch (fault) {
        faults.push(`${anchor.name}: ${fault instanceof Error ? fault.message : String(fault)}`);
      }
    }),
  );
  if (faults.length > 0)
    throw new Error(`not every anchor has the last head of the audit: ${faults.join('; ')}`);
}
