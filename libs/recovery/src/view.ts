import { type Refusal, refuse } from '@rekey/kernel';
import type { RecoveryState } from './moves.js';

/** What a row of `recoveries` tells, as the statements of this room select it. */
export interface RecoveryRow {
  state: RecoveryState;
  expires_at: Date;
  idle_expires_at: Date;
  resend_at: Date;
  held_until: Date | null;
}

/** A recovery as the API shows it. Times are RFC 3339. */
export interface RecoveryView {
  id: string;
  state: RecoveryState;
  /** Kinds of proof that would move it. */
  methods: string[];
  expires_at: string;
  resend_at?: string;
  held_until?: string;
}

export const rowColumns = 'state, expires_at, idle_expires_at, resend_at, held_until';

const isOpen = (state: RecoveryState): boolean =>
  state === 'proving' || state === 'held' || state === 'proven';

/** A recovery whose time is up is expired, also before the sweep has said so in its row. */
export const stateAt = (row: RecoveryRow, now: number): RecoveryState =>
  isOpen(row.state) && endOf(row) <= now ? 'expired' : row.state;

const endOf = (row: RecoveryRow): number => Math.min(row.expires_at.getTime(), row.idle_expires_at.getTime());

export function viewOf(id: string, row: RecoveryRow, now: number): RecoveryView {
  const state = stateAt(row, now);
  return {
    id,
    state,
    methods: state === 'proving' ? ['code'] : [],
    expires_at: new Date(endOf(row)).toISOString(),
    ...(state === 'proving' ? { resend_at: row.resend_at.toISOString() } : {}),
    ...(state === 'held' && row.held_until ? { held_until: row.held_until.toISOString() } : {}),
  };
}

/** Why an act that wants a certain state cannot be done in this one. */
export function whyNot(row: RecoveryRow | undefined, now: number, wanted: 'proving' | 'proven'): Refusal {
  if (!row) return refuse('not_found');
  const state = stateAt(row, now);
  if (state === 'settled' || state === 'stopped' || state === 'expired') return refuse('finished');
  return refuse(wanted === 'proven' ? 'not_proven' : 'not_possible');
}
