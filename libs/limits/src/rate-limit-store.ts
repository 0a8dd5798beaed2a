import type { Queryable } from '@rekey/database';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Budget } from './budgets.js';

export interface LimitCharge {
  key: Buffer;
  budget: Budget;
}

/** The state of a budget, this charge included. */
export interface Consumed {
  spent: number;
  resets_at: Date;
}

/** Rate limits for floods (starts, sends, sign-ins) in a separate store. */
export interface RateLimitStore {
  /**
   * Consumes one of each.
   *
   * @returns undefined when the store is unavailable: the database counts instead, and no limit is skipped
   */
  consume(
    now: Date,
    charges: readonly LimitCharge[],
    trace?: Queryable['trace'],
  ): Promise<Consumed[] | undefined>;
  close(): Promise<void>;
}

/**
 * Opens the store on Redis or Valkey, with rate-limiter-flexible. Undefined without a URL: PostgreSQL counts in the same statement as the
 * act that the limit guards. Attempts are always counted in PostgreSQL: their count must survive a Redis that comes back empty.
 */
export function openRateLimitStore(
  redisUrl: string | undefined,
  log: (fault: unknown, trace?: Queryable['trace']) => void,
): RateLimitStore | undefined {
  if (!redisUrl) return undefined;
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 1_000,
    // A connection whose packets vanish is given up, so that not every later request waits for it.
    socketTimeout: 2_000,
  });
  redis.on('error', () => undefined);
  const limiters = new Map<string, RateLimiterRedis>();
  const limiterOf = (budget: Budget) => {
    const known = limiters.get(budget.policy);
    if (known) return known;
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `rekey:${budget.policy}`,
      points: budget.quota,
      duration: budget.windowMs / 1000,
    });
    limiters.set(budget.policy, limiter);
    return limiter;
  };
  return {
    async consume(now, charges, trace) {
      try {
        return await Promise.all(
          charges.map(async ({ key, budget }) => {
            const { consumedPoints, msBeforeNext } = await limiterOf(budget).penalty(
              key.toString('base64url'),
            );
            const left = msBeforeNext > 0 ? msBeforeNext : budget.windowMs;
            return { spent: consumedPoints, resets_at: new Date(now.getTime() + left) };
          }),
        );
      } catch (fault) {
        log(fault, trace);
        return undefined;
      }
    },
    close: async () => redis.disconnect(),
  };
}
