import { type Refusal, refuse } from '@rekey/kernel';
import { z } from 'zod';
import type { ActContext } from '../context.js';
import { recoveryToken } from '../tokens/recovery-token.js';
import { type AssistRow, assistStateAt, findAssist } from './assist-rows.js';
import { type AssistReference, assistNumber, isAssistToken } from './assist-secrets.js';

/** An assist as staff see it: never its code, and never the number of the caller's page. Times are RFC 3339. */
export const assistViewSchema = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'opened', 'matched', 'ended', 'expired']),
  account_id: z.string(),
  recovery_id: z.string().optional().describe('Once it is `matched`'),
  ended_by: z
    .enum(['number', 'staff', 'account'])
    .optional()
    .describe('A wrong number, a member of staff, or that the account is gone or disabled'),
  expires_at: z.iso.datetime(),
});
export type AssistView = z.output<typeof assistViewSchema>;

export const assistView = (row: AssistRow, now: number): AssistView => ({
  id: row.id,
  state: assistStateAt(row, now),
  account_id: row.account_id,
  ...(row.recovery_id ? { recovery_id: row.recovery_id } : {}),
  ...(row.ended_by ? { ended_by: row.ended_by } : {}),
  expires_at: row.expires_at.toISOString(),
});

/** For any member of staff with the right. Refusals: `not_found`. */
export async function readAssist(
  { database, clock }: Pick<ActContext, 'database' | 'clock'>,
  id: string,
): Promise<AssistView | Refusal> {
  const row = await findAssist(database, id);
  return row ? assistView(row, clock.now()) : refuse('not_found');
}

/** What the browser or app of the caller sees of it. It names no account. */
export interface JoinedAssist {
  id: string;
  state: 'opened' | 'matched' | 'ended' | 'expired';
  /** While it is `opened`: for the caller to read out. */
  number?: string;
  expiresAt: Date;
  /** Once it is `matched`: its recovery goes on like any other. */
  recovery?: { id: string; token: string };
}

/** Refusals: `not_found`, also for another's token. */
export async function readJoinedAssist(
  { database, keyring, clock }: Pick<ActContext, 'database' | 'keyring' | 'clock'>,
  reference: AssistReference,
): Promise<JoinedAssist | Refusal> {
  if (!isAssistToken(keyring, reference)) return refuse('not_found');
  const row = await findAssist(database, reference.id);
  if (!row) return refuse('not_found');
  const state = assistStateAt(row, clock.now());
  // A token is given out with the opening only.
  if (state === 'waiting') return refuse('not_found');
  const { id, expires_at: expiresAt, recovery_id: recovery } = row;
  return {
    id,
    state,
    expiresAt,
    ...(state === 'opened' ? { number: assistNumber(keyring, id) } : {}),
    ...(recovery ? { recovery: { id: recovery, token: recoveryToken(keyring, recovery) } } : {}),
  };
}
