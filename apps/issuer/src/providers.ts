import type { Provider } from '@nestjs/common';
import { Database } from '@rekey/database';
import {
  CLIENTS,
  CLOCK,
  CONTEXT,
  databaseProvider,
  RATE_LIMITS,
  Readiness,
  rateLimitsProvider,
  SETTINGS,
  TOKENS,
} from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import { bindingHoldOf, policyFrom, type RecoveryPolicy, saveFormerOf, strongRolesOf } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import type { EnrolmentContext, PasswordContext } from '@rekey/sign-in';
import { ClientDirectory, managementScopes, putClient, type TokenContext, tokenContext } from '@rekey/tokens';

export const PRODUCT_NAME = Symbol('productName');
const POLICY = Symbol('RecoveryPolicy');

export type IssuerContext = PasswordContext & EnrolmentContext;

export const issuerProviders: Provider[] = [
  databaseProvider(),
  { provide: POLICY, inject: [SETTINGS], useFactory: policyFrom },
  rateLimitsProvider,
  {
    provide: CONTEXT,
    inject: [SETTINGS, Database, CLOCK, POLICY, RATE_LIMITS, Readiness],
    useFactory: async (
      settings: Settings,
      database: Database,
      clock: Clock,
      policy: RecoveryPolicy,
      rateLimits: EnrolmentContext['rateLimits'],
      readiness: Readiness,
    ): Promise<IssuerContext> => {
      const context: IssuerContext = {
        ...tokenContext(settings, { database, clock, strongRoles: strongRolesOf(policy) }),
        rateLimits,
        odds: policy.odds,
        bindingHoldMs: bindingHoldOf(policy),
        saveFormerPassword: (tx, of) => saveFormerOf(tx, { keyring: settings.keyring, clock }, of),
      };
      const hasKeys = async () => {
        await context.keys.signingKey('access_token');
        await context.keys.signingKey('recovery_assertion');
      };
      await hasKeys();
      readiness.needs('signing_keys', hasKeys);
      await putManagementClient(context, settings);
      return context;
    },
  },
  {
    provide: CLIENTS,
    inject: [CONTEXT],
    useFactory: (context: IssuerContext) => new ClientDirectory(context),
  },
  { provide: TOKENS, useExisting: CONTEXT },
  { provide: PRODUCT_NAME, inject: [SETTINGS], useFactory: ({ productName }: Settings) => productName },
];

/** The client of the management API is what the settings say, from each start on. */
async function putManagementClient(context: TokenContext, { management }: Settings): Promise<void> {
  await putClient(
    context,
    context.clock.now(),
    {
      client_id: management.clientId,
      name: 'Management',
      type: 'confidential',
      redirect_uris: [],
      grants: ['client_credentials'],
      scopes: [...managementScopes],
      lifetimes: {},
    },
    { secret: management.clientSecret },
  );
}
