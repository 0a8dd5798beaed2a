import { sealedPasswords, sealedPuts } from '@rekey/accounts';
import { openDatabase, resealRows } from '@rekey/database';
import { asked, createLog, type RunningServer, serve, warnOfSurplus } from '@rekey/http';
import { type Clock, systemClock } from '@rekey/kernel';
import { openFloodCounters } from '@rekey/limits';
import { type EnrolmentContext, policyFrom, strongRolesOf } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import {
  ClientDirectory,
  forgetSpentTokens,
  managementScopes,
  putClient,
  type SigningKeys,
  type TokenContext,
  tokenContext,
} from '@rekey/tokens';
import { openWatch, type Watch } from '@rekey/watch';
import { IssuerModule } from './issuer.module.js';
import { oauthManners } from './oauth-http.js';
import { openApi } from './open-api.js';

const sweepEveryMs = 60_000;

/** The token issuer: its endpoints, its keys, and the management client of the settings. */
export async function startIssuer(
  settings: Settings,
  options: { clock?: Clock; watch?: Watch } = {},
): Promise<RunningServer> {
  const clock = options.clock ?? systemClock;
  const { ports } = settings;
  const policy = policyFrom(settings);
  const strongRoles = strongRolesOf(policy);
  const watch = options.watch ?? (await openWatch({ app: 'issuer', tracing: settings.tracing }));
  const log = createLog({ name: 'issuer', level: settings.logLevel });
  const database = await openDatabase({
    url: settings.databaseUrl ?? '',
    name: 'issuer',
    noteAt: watch.noteAt,
    surplusRights: warnOfSurplus(log),
  });
  const flood = openFloodCounters(settings.redisUrl, (fault, place) =>
    log.warn({ err: fault, ...asked(place) }, 'limits on Redis'),
  );
  try {
    const context: TokenContext & EnrolmentContext = {
      ...tokenContext(settings, { database, clock, strongRoles }),
      flood,
      odds: policy.odds,
      bindingHoldMs: policy.bindingHoldHours * 3_600_000,
    };
    const { keys } = context;
    await keys.signingKey('access_token');
    await keys.signingKey('recovery_assertion');
    await putManagementClient(context, settings);
    watchKeys(watch, keys, clock);
    const server = await serve({
      name: 'issuer',
      module: IssuerModule.with({
        context,
        clients: new ClientDirectory(context),
        productName: settings.productName,
      }),
      port: ports.issuer,
      settings,
      ready: () => database.ready(),
      openApi,
      watch,
      crossOrigin: { origins: settings.corsOrigins },
      register: oauthManners,
    });
    sealPasswords(context).catch((fault) => log.warn({ err: fault }, 'sealing of passwords'));
    const sweep = setInterval(() => {
      Promise.all([forgetSpentTokens(database, clock.now()), keys.rotate()])
        .then(() => watch.note('sweeps', { sweep: 'tokens', outcome: 'done' }))
        .catch((fault: unknown) => {
          watch.note('sweeps', { sweep: 'tokens', outcome: 'failed' });
          log.warn({ err: fault }, 'sweep failed');
        });
    }, sweepEveryMs);
    return {
      url: server.url,
      close: async () => {
        clearInterval(sweep);
        await server.close();
        await flood?.close();
        await database.close();
        await watch.close();
      },
    };
  } catch (fault) {
    await flood?.close();
    await database.close();
    throw fault;
  }
}

/** Hashes that a release before has stored in clear, what it knew of those that were put, and those under older keys. It may end at any moment and begin again. */
async function sealPasswords({ database, keyring }: TokenContext): Promise<void> {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 250));
  for (const rows of [sealedPasswords, sealedPuts]) await resealRows(database, keyring, rows, { pause });
}

/** How old the signing keys are: from memory, at each scrape. */
function watchKeys(watch: Watch, keys: SigningKeys, clock: Clock): void {
  const seconds = (of: (key: { since: number; due: number }) => number) => async () =>
    (await keys.ages()).map(({ use, ...key }) => ({ labels: { use }, value: of(key) / 1000 }));
  watch.gauge(
    'signing_key_age_seconds',
    seconds(({ since }) => clock.now() - since),
  );
  watch.gauge(
    'signing_key_rotation_seconds',
    seconds(({ due }) => due - clock.now()),
  );
}

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
