import {
  calledFunctions,
  queueLedger,
  queuePrivileges,
  queueSchema,
  tablePrivileges,
} from './table-privileges.js';

/** What a role may do in our database, compared with what it should. */
export interface RolePrivileges {
  /** Its name. */
  role: string;
  /** It owns tables of ours, or is a member of a role that does: it may do anything with them. */
  ownsTables: boolean;
  /** Privileges that it needs and lacks, such as `insert on accounts`. */
  missing: string[];
  /** Privileges that it has and should not have, such as `is a superuser`, `may truncate on accounts`. */
  surplus: string[];
}

const list = (names: readonly string[]) => `array[${names.map((name) => `'${name}'`).join(', ')}]::text[]`;

/** Each row: a table, privileges on it, and the columns that may be inserted, and updated, where not all of them may. */
const wanted = Object.entries(tablePrivileges).map(
  ([table, { rights, insertColumns = [], updateColumns = [] }]) =>
    `('${table}', ${list(rights)}, ${list(insertColumns)}, ${list(updateColumns)})`,
);

/**
 * A privilege on a table covers each of its columns: inserts and updates are checked column by column, the rest by table. A superuser and
 * an owner have all of them.
 */
const text = `
with wanted (name, rights, inserted, updated) as (values ${wanted.join(', ')}),
tables as (select c.oid, c.relowner, w.* from wanted w join pg_class c on c.oid = to_regclass('public.' || w.name)),
queue as (
  select c.oid, c.relowner, c.relkind, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = '${queueSchema}' and c.relkind in ('r', 'S')
),
by_table as (
  select t.name, k.right_, k.right_ = any(t.rights) as wanted, has_table_privilege(t.oid, k.right_) as had
  from tables t cross join unnest(array['select', 'delete', 'truncate', 'references', 'trigger']) k (right_)
),
by_column as (
  select t.name, k.right_, k.right_ = any(t.rights) or a.attname = any(case k.right_ when 'insert' then t.inserted else t.updated end) as wanted,
    has_column_privilege(t.oid, a.attnum, k.right_) as had
  from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    cross join unnest(array['insert', 'update']) k (right_)
),
of_queue as (
  select q.relname as name, k.right_, k.right_ = 'select' or q.relname <> '${queueLedger}' as wanted,
    has_table_privilege(q.oid, k.right_) as had
  from queue q cross join unnest(${list(queuePrivileges.rights)}) k (right_) where q.relkind = 'r'
  union all
  select q.relname, 'usage', true, has_sequence_privilege(q.oid, 'usage') from queue q where q.relkind = 'S'
),
rights as (
  select name, right_, wanted, had from by_table
  union select name, right_, wanted, had from by_column
  union all select '${queueSchema}.' || name, right_, wanted, had from of_queue
  union all select f, 'execute', true, has_function_privilege(to_regprocedure('public.' || f), 'execute')
  from unnest(${list(calledFunctions)}) f where to_regprocedure('public.' || f) is not null
  union all select 'schema ' || nspname, k.right_, k.right_ = 'usage', has_schema_privilege(oid, k.right_)
  from pg_namespace cross join unnest(array['usage', 'create']) k (right_) where nspname in ('public', '${queueSchema}')
  union all select 'database ' || current_database(), 'create', false, has_database_privilege(current_database(), 'create')
),
owner (yes) as (select exists (select from tables where pg_has_role(relowner, 'member'))),
is_too_much (what, is_so) as (
  select w.what, w.is_so from pg_roles r cross join lateral (values
    ('is a superuser', r.rolsuper), ('owns its tables', (select yes from owner)), ('makes roles', r.rolcreaterole), ('makes databases', r.rolcreatedb),
    ('replicates', r.rolreplication), ('bypasses row security', r.rolbypassrls),
    ('runs programs on the server', pg_has_role('pg_execute_server_program', 'member')),
    ('writes files on the server', pg_has_role('pg_write_server_files', 'member'))
  ) w (what, is_so) where r.rolname = current_user
)
select current_user::text as role, (select yes from owner) as "ownsTables",
  array(select right_ || ' on ' || name from rights where wanted and not had order by name, right_) as missing,
  array(select what from is_too_much where is_so)
    -- An owner has every privilege.
    || array(select 'may ' || right_ || ' on ' || name from rights where had and not wanted and not (select yes from owner)
       order by name, right_) as surplus`;

/** @param query on a connection of the role */
export async function readPrivileges(
  query: (text: string) => Promise<{ rows: unknown[] }>,
): Promise<RolePrivileges> {
  const { rows } = await query(text);
  return rows[0] as RolePrivileges;
}

const shown = 3;

/** @returns the first few of the privileges, in words */
export const listedInPart = (rights: readonly string[]): string =>
  rights.slice(0, shown).join(', ') + (rights.length > shown ? ` and ${rights.length - shown} more` : '');
