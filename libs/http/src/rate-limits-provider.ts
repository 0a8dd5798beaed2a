import type { FactoryProvider } from '@nestjs/common';
import { openRateLimitStore, type RateLimitStore } from '@rekey/limits';
import type { Settings } from '@rekey/settings';
import { LOG, SETTINGS } from './injection-tokens.js';
import { type Log, warnOf } from './log.js';
import { Resources } from './resources.js';

export const RATE_LIMITS = Symbol('RateLimitStore');

/** Where rate limits are counted, if not in the database: undefined without `REDIS_URL`. */
export const rateLimitsProvider: FactoryProvider<RateLimitStore | undefined> = {
  provide: RATE_LIMITS,
  inject: [Resources, SETTINGS, LOG],
  useFactory: (resources: Resources, { redisUrl }: Settings, log: Log) =>
    resources.open(
      () => openRateLimitStore(redisUrl, warnOf(log, 'limits on Redis')),
      (store) => store?.close(),
    ),
};
