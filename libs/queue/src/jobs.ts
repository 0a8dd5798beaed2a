import { isUuid } from '@rekey/kernel';
import { z } from 'zod';

/**
 * Every job that there is: its payload and its retry plan. A payload holds ids, never an address or a code: whoever reads
 * the queue learns nothing.
 */
export const jobs = {
  /** Send one message of the messages table. */
  send_message: {
    payload: z.strictObject({ messageId: z.string().refine(isUuid) }),
    /**
     * Milliseconds before the next attempt. Mail's own half hours (RFC 5321 §4.5.4.1) would outlive the code, so the plan
     * is ours; the message's expiry ends it.
     */
    retryAfterMs: [5_000, 20_000, 60_000, 120_000, 300_000, 900_000, 3_600_000, 7_200_000, 14_400_000],
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
