import type { Provider } from '@nestjs/common';
import { Database } from '@rekey/database';
import {
  CLIENTS,
  CLOCK,
  CONTEXT,
  databaseProvider,
  LOG,
  type Log,
  RATE_LIMITS,
  Readiness,
  Resources,
  rateLimitsProvider,
  SETTINGS,
  TOKENS,
  warnOf,
} from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import { FailuresByNetwork, type RateLimitStore } from '@rekey/limits';
import { type JobQueue, openQueue } from '@rekey/queue';
import {
  bindingHoldOf,
  type IssuerPort,
  policyFrom,
  type RecoveryContext,
  type RecoveryPolicy,
  strongRolesOf,
} from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { consolePlace } from '@rekey/staff';
import { ClientDirectory, type TokenContext, tokenContext } from '@rekey/tokens';
import { ISSUER, issuerProvider } from './issuer-provider.js';

const POLICY = Symbol('RecoveryPolicy');
const QUEUE = Symbol('JobQueue');

/** What the recovery process is made of, without its controllers. */
export const recoveryProviders: Provider[] = [
  databaseProvider({ poolSize: 16 }),
  { provide: POLICY, inject: [SETTINGS], useFactory: policyFrom },
  {
    provide: QUEUE,
    inject: [Resources, Readiness, Database, SETTINGS, LOG],
    useFactory: async (
      resources: Resources,
      readiness: Readiness,
      database: Database,
      { redisUrl }: Settings,
      log: Log,
    ): Promise<JobQueue> => {
      const queue = await resources.open(
        () => openQueue({ database, redisUrl }, warnOf(log, 'queue')),
        (opened) => opened.close(),
      );
      readiness.needs('queue', () => queue.ping());
      return queue;
    },
  },
  rateLimitsProvider,
  {
    provide: TOKENS,
    inject: [SETTINGS, Database, CLOCK, POLICY, RATE_LIMITS, Readiness],
    useFactory: async (
      settings: Settings,
      database: Database,
      clock: Clock,
      policy: RecoveryPolicy,
      rateLimits: RateLimitStore | undefined,
      readiness: Readiness,
    ) => {
      const tokens = tokenContext(settings, { database, clock, strongRoles: strongRolesOf(policy) });
      await tokens.keys.signingKey('recovery_assertion');
      readiness.needs('signing_keys', () => tokens.keys.signingKey('recovery_assertion'));
      return { ...tokens, rateLimits, odds: policy.odds };
    },
  },
  issuerProvider,
  {
    provide: CONTEXT,
    inject: [SETTINGS, TOKENS, POLICY, QUEUE, ISSUER, LOG],
    useFactory: (
      settings: Settings,
      {
        database,
        clock,
        strongRoles,
        rateLimits,
        odds,
      }: TokenContext & Pick<RecoveryContext, 'rateLimits' | 'odds'>,
      policy: RecoveryPolicy,
      queue: JobQueue,
      issuer: IssuerPort,
      log: Log,
    ): RecoveryContext => ({
      database,
      keyring: settings.keyring,
      clock,
      enqueue: (tx, messageId) => queue.enqueue(tx, 'send_message', messageId, { messageId }),
      issuer,
      issuerUrl: settings.urls.issuer,
      productName: settings.productName,
      policy,
      failuresByNetwork: new FailuresByNetwork(),
      onSpray: (spray) =>
        log.warn(spray, 'more wrong proofs than people get wrong: many accounts may be guessed at'),
      strongRoles,
      bindingHoldMs: bindingHoldOf(policy),
      place: consolePlace(settings.urls.console, settings.production),
      rateLimits,
      odds,
    }),
  },
  {
    provide: CLIENTS,
    inject: [TOKENS],
    useFactory: ({ database, keyring, clock }: TokenContext) =>
      new ClientDirectory({ database, keyring, clock }),
  },
];
