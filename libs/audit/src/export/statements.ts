import { sql, statement } from '@rekey/database';
import { eventMembers } from '../sealing/sealed-as.js';
import { inTree } from '../sealing/statements.js';

/** The tree as far as a transaction sees it. */
export interface Span {
  size: number;
  first: number;
}

/** So that an export is of one moment. */
export const ofOneMoment = 'set transaction isolation level repeatable read, read only';

export const span = statement(
  'audit_export_span',
  sql`select size::float8 as size, first::float8 as first from audit_sealing`,
);

export const tilesAt = statement(
  'audit_tiles_at',
  sql`select t.level, t.index::float8 as index, t.hashes from unnest(:levels::smallint[], :indexes::bigint[]) as w (level, index)
   join audit_tiles t using (level, index)`,
);

/** What is at some positions: nothing of an event that is missing. */
export const eventsAt = statement(
  'audit_export_events',
  sql`select l.position::float8 as position, l.account, s.salt, ${eventMembers}
   from audit_leaves l left join audit_events e on e.id = l.event_id left join audit_salts s on s.account_id = e.account_id
   where l.position >= :from and l.position < :until order by l.position`,
);

export const checkpoints = statement(
  'audit_export_checkpoints',
  sql`select size::float8 as size, note from audit_checkpoints where size >= :from and size <= :until and size > 0 order by size`,
);

/**
 * Events that should have been sealed, since others of later transactions were; and those of a transaction that has not begun, which sealing
 * would never come to. After a restore there are such events until sealing has begun in this cluster.
 */
export const unsealed = statement(
  'audit_export_unsealed',
  sql`select ${eventMembers} from audit_events e cross join audit_sealing s
   where s.others_sealed and not exists (select from audit_leaves l where l.event_id = e.id and ${inTree}) and (
     (e.recorded_in, e.id) <= (s.recorded_in, s.event_id) or (
       s.cluster = (pg_control_system()).system_identifier and e.recorded_in >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
     ))
   order by e.recorded_in, e.id limit 1000`,
);

export const positionsOf = statement(
  'audit_positions',
  sql`select l.position::float8 as position from audit_leaves l where l.event_id = :id and ${inTree}`,
);

export const lastCheckpoint = statement(
  'audit_last_checkpoint',
  sql`select size::float8 as size, note from audit_checkpoints order by size desc limit 1`,
);
