import { isUuid } from '@rekey/kernel';
import { z } from 'zod';

/**
 * Every job that there is: its payload and its retry plan. A payload holds ids, never an address or a code: whoever reads
 * the queue learns nothing.
 */
export const jobs = {
  /** Send one message of the messages table: a code, which somebody waits for. */
  send_message: {
    payload: z.strictObject({ messageId: z.string().refine(isUuid) }),
    /**
     * Milliseconds before the next attempt. Mail's own half hours (RFC 5321 §4.5.4.1) would outlive the code, so the plan
     * is ours; the message's expiry ends it.
     */
    retryAfterMs: [5_000, 20_000, 60_000, 120_000, 240_000],
  },
  /** Send a bunch of notices. What does not go out now is found again by the sweep, so the job itself is not repeated. */
  send_notices: {
    payload: z.strictObject({ messageIds: z.array(z.string().refine(isUuid)).min(1).max(100) }),
    retryAfterMs: [],
  },
} as const;

export type JobName = keyof typeof jobs;
export type JobPayload<Name extends JobName> = z.output<(typeof jobs)[Name]['payload']>;

export interface JobContext {
  /** 1 for the first. */
  attempt: number;
  /** Milliseconds until the next attempt would begin; undefined when this is the last. */
  nextAttemptIn: number | undefined;
}

/** Throwing means: try again by the plan. */
export type JobHandlers = {
  [Name in JobName]: (payload: JobPayload<Name>, context: JobContext) => Promise<void>;
};
