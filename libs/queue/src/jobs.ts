import { isUuid } from '@rekey/kernel';
import { z } from 'zod';

/** All jobs, with payload and retry plan. A payload holds ids, never an address or a code: a person who reads the queue learns nothing. */
export const jobs = {
  /** Sends one message of the messages table: a code that a person waits for. */
  send_message: {
    payload: z.strictObject({ messageId: z.string().refine(isUuid) }),
    /**
     * Milliseconds before the next attempt. Mail's own half hours (RFC 5321 §4.5.4.1) would outlive the code, so the plan is ours; it ends
     * when the message expires.
     */
    retryAfterMs: [5_000, 20_000, 60_000, 120_000, 240_000],
  },
  /** Sends a batch of notifications. The sweep finds what was not sent, so the job itself is not repeated. */
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
  /** Milliseconds until the next attempt starts; undefined when this is the last. */
  nextAttemptIn: number | undefined;
}

/** A handler that throws is retried by the plan. */
export type JobHandlers = {
  [Name in JobName]: (payload: JobPayload<Name>, context: JobContext) => Promise<void>;
};
