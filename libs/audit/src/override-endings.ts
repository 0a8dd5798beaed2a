import { type Queryable, sql, statement } from '@rekey/database';

/** That an override was used, denied or stopped, as the audit has it. */
export interface OverrideEnding {
  override: string;
  event: 'override_used' | 'override_denied' | 'override_stopped';
  recovery_id: string | null;
}

const read = statement(
  'audit_override_endings',
  sql`select detail->>'override' as override, event, recovery_id from audit_events
   where event in ('override_used', 'override_denied', 'override_stopped') and at > :since::timestamptz
     and detail->>'override' = any(:overrides::text[])`,
);

/**
 * What the audit says about the end of overrides. It outlives a change of their rows: no role of the processes rewrites the audit, and its
 * seal shows when somebody else has.
 *
 * @param of.since before any of them was made
 */
export const overrideEndings = (
  database: Queryable,
  of: { overrides: readonly string[]; since: Date },
): Promise<OverrideEnding[]> =>
  database.query<OverrideEnding>(read, { overrides: [...of.overrides], since: of.since });
