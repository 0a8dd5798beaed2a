import { isUuid } from '@rekey/kernel';
import { z } from 'zod';

/** All jobs, with payload and retry plan. A payload holds ids, never an address or a code: a person who reads the queue learns nothing. */
export const jobs = {
  /** Sends one message of the messages table: a code that a person waits for. */
  send_message: {
    payload: z.strictObject({ messageId: z.string().refine(isUuid) }),
    /** 0 comes first. */
    priority: 0,
    /**
     * Milliseconds before the next attempt. Mail's own half hours (RFC 5321 §4.5.4.1) would outlive the code, so the plan is ours; it ends
     * when the message expires.
     */
    retryAfterMs: [5_000, 20_000, 60_000, 120_000, 240_000],
  },
  /** Sends notifications: one, in jobs of this release. The sweep finds what was not sent, so the job itself is not repeated. */
  send_notices: {
    payload: z.strictObject({ messageIds: z.array(z.string().refine(isUuid)).min(1).max(100) }),
    retryAfterMs: [],
    /** Nobody waits for them, as for a code. */
    priority: 1,
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

/** A handler throws it to give a job back: another worker may take it after the delay. This was no attempt. */
export class JobReturned extends Error {
  constructor(readonly delayMs: number) {
    super('the job is given back');
  }
}

/** A handler that throws is retried by the plan, but no sooner than the `retryAfterMs` of what it throws. */
export type JobHandlers = {
  [Name in JobName]: (payload: JobPayload<Name>, context: JobContext) => Promise<void>;
};
