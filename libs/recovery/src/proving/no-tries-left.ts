import { type Refusal, refuse } from '@rekey/kernel';
import { triesPerRecovery } from '@rekey/limits';
import { lifetimes } from '../lifetimes.js';
import type { Attempt } from './attempt-statement.js';

/** The recovery has used up its own attempts. */
export function noTriesLeft(row: Attempt, now: number): Refusal {
  const reset = Math.max(1, Math.ceil((row.expires_at.getTime() - now) / 1000));
  const limit = {
    policy: 'tries',
    quota: triesPerRecovery,
    window: lifetimes.recovery / 1000,
    remaining: 0,
    reset,
  };
  return refuse('no_tries_left', { tries_left: 0, retry_after: reset, limit });
}

/** The policy of {@link dailyLimit}. */
export const attemptsADay = 'attempts-per-day';

/** The odds are used up. Always reports a whole day: the time that is left would reveal when somebody else has tried. */
export function dailyLimit(attempts: number): Refusal {
  const window = 86_400;
  const quota = Math.round(attempts);
  const limit = { policy: attemptsADay, quota, window, remaining: 0, reset: window };
  return refuse('no_tries_left', { tries_left: 0, retry_after: window, limit });
}
