import { sql, statement } from '@rekey/database';
import { eventMembers } from './sealed-as.js';

/** Events that one transaction seals at most. */
export const batch = 5_000;

/** Where sealing stands. */
export interface Standing {
  /** UUID that names the log. */
  log: string;
  size: number;
  /** The transaction and the id of the last event that was sealed. */
  recorded_in: string;
  event_id: string;
  /** Whether what transactions of another cluster recorded, before a restore, is sealed. */
  others_sealed: boolean;
  /** Whether it is behind an event that is sealed. */
  is_sound: boolean;
  /** The last head that was signed; null for none. */
  note: string | null;
}

/** Before every event. */
export const start = { recordedIn: '0', eventId: '00000000-0000-0000-0000-000000000000' };

/** The oldest transaction that may still write: what those before it have written does not change. */
const oldestRunning = sql`pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;
const lastNote = sql`select note from audit_checkpoints order by size desc limit 1`;

/** Behind the last event that was sealed, as an index can look it up. */
export const notSealed = sql`(e.recorded_in, e.id) > ((select recorded_in from audit_sealing), (select event_id from audit_sealing))`;

/**
 * Whether a leaf `l` is one of the tree. The working role may add others, which seal nothing: those of a position that the tree has not
 * reached, and its owner those before its beginning.
 */
export const inTree = sql`l.position >= (select first from audit_sealing) and l.position < (select size from audit_sealing)`;

/**
 * Whether sealing goes on behind an event that is sealed, or at the start; all of it may be past its retention. Who moved it ahead, as the
 * working role could, would keep events out of the tree.
 */
const isSound = sql`((s.recorded_in = 0 and s.event_id = '00000000-0000-0000-0000-000000000000') or (s.first > 0 and s.first = s.size) or exists (
     select from audit_leaves l join audit_events e on e.id = l.event_id where l.event_id = s.event_id and ${inTree} and e.recorded_in = s.recorded_in
   ))`;

export const sound = statement(
  'audit_sealing_sound',
  sql`select ${isSound} as is_sound from audit_sealing s`,
);

/** Whether there is anything to seal, or something wrong, and the last head. */
export const due = statement(
  'audit_sealing_due',
  sql`select s.log, (${lastNote}) as note, not s.others_sealed or not ${isSound} or s.cluster is distinct from (pg_control_system()).system_identifier or coalesce((
       select e.recorded_in from audit_events e where ${notSealed} order by e.recorded_in, e.id limit 1
     ) < ${oldestRunning}, false) as is_due
   from audit_sealing s`,
);

/**
 * Takes the right to seal until the transaction ends; nobody waits for it. Transaction ids of another cluster say nothing here: after a
 * restore, sealing begins with the events that ids of this one could not have, and then reads from the start.
 *
 * It returns the row as it is, and would see every other table as it was when the statement began, which may be before the last sealer
 * committed. So the last head is read behind it.
 */
export const take = statement(
  'audit_sealing_take',
  sql`with held as (
     select one, cluster is distinct from system_identifier as is_moved, system_identifier
     from audit_sealing cross join pg_control_system() for update of audit_sealing skip locked
   )
   update audit_sealing s set cluster = system_identifier,
     recorded_in = case when is_moved then 0 else recorded_in end,
     event_id = case when is_moved then '00000000-0000-0000-0000-000000000000' else event_id end,
     others_sealed = others_sealed and not (is_moved and s.cluster is not null)
   from held where s.one = held.one
   returning s.log, s.size::float8 as size, s.recorded_in::text as recorded_in, s.event_id, s.others_sealed`,
);

/**
 * Only after a restore are there sealed ones among them. Each is looked up by the index: for "exists", PostgreSQL may read all leaves instead,
 * once a second, as long as they fit into its memory.
 */
const isSealed = sql`(select true from audit_leaves l where l.event_id = e.id and ${inTree}) is true as is_sealed`;
const behind = sql`(e.recorded_in, e.id) > (:recordedIn::bigint, :eventId::uuid)`;

/** The events behind the last one whose transactions are older than every transaction that runs. */
export const next = statement(
  'audit_sealing_next',
  sql`select ${eventMembers}, e.recorded_in::text as recorded_in, ${isSealed} from audit_events e
   where ${behind} and e.recorded_in < ${oldestRunning} order by e.recorded_in, e.id limit :limit`,
);

/** The events behind the last one whose transactions this cluster has not begun: a restore brought them. */
export const nextOfOthers = statement(
  'audit_sealing_next_of_others',
  sql`select ${eventMembers}, e.recorded_in::text as recorded_in, ${isSealed} from audit_events e
   where ${behind} and e.recorded_in >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint order by e.recorded_in, e.id limit :limit`,
);

export const putTiles = statement(
  'audit_tiles_put',
  sql`insert into audit_tiles (level, index, hashes)
   select * from unnest(:levels::smallint[], :indexes::bigint[], :hashes::bytea[])
   on conflict (level, index) do update set hashes = excluded.hashes`,
);

/** The salt of each account, made by the first event about it. */
export const salts = statement(
  'audit_salts',
  sql`with made as (
     insert into audit_salts (account_id, salt) select * from unnest(:accounts::text[], :salts::bytea[])
     on conflict do nothing returning account_id, salt
   )
   select account_id, salt from made union all
   select account_id, salt from audit_salts where account_id = any(:accounts::text[])`,
);

export const putLeaves = statement(
  'audit_leaves_put',
  sql`insert into audit_leaves (position, event_id, account)
   select :from::bigint + n - 1, id, account from unnest(:ids::uuid[], :accounts::bytea[]) with ordinality as a (id, account, n)`,
);

export const putCheckpoint = statement(
  'audit_checkpoints_put',
  sql`insert into audit_checkpoints (size, note, signed_at) values (:size, :note, :at)
   on conflict (size) do update set note = excluded.note, signed_at = excluded.signed_at`,
);

export const putStanding = statement(
  'audit_sealing_put',
  sql`update audit_sealing set size = :size, recorded_in = :recordedIn::bigint, event_id = :eventId, others_sealed = :othersSealed`,
);

export const log = statement('audit_log', sql`select log from audit_sealing`);
