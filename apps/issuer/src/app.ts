import { openDatabase } from '@rekey/database';
import { createLog, type RunningServer, serve } from '@rekey/http';
import { type Clock, systemClock } from '@rekey/kernel';
import { openFloodCounters } from '@rekey/limits';
import type { ActContext } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import {
  ClientDirectory,
  forgetSpentTokens,
  managementScopes,
  putClient,
  type TokenContext,
  tokenContext,
} from '@rekey/tokens';
import { IssuerModule } from './issuer.module.js';
import { oauthEndpoint, oauthManners } from './oauth-http.js';
import { openApi } from './open-api.js';

const sweepEveryMs = 60_000;

/** The token issuer: its endpoints, its keys, and the management client of the settings. */
export async function startIssuer(
  settings: Settings,
  options: { clock?: Clock } = {},
): Promise<RunningServer> {
  const clock = options.clock ?? systemClock;
  const { ports } = settings;
  const log = createLog({ name: 'issuer', level: settings.logLevel });
  const database = await openDatabase({ url: settings.databaseUrl ?? '', name: 'issuer' });
  const flood = openFloodCounters(settings.redisUrl, (fault) => log.warn({ err: fault }, 'limits on Redis'));
  try {
    const context: TokenContext & Pick<ActContext, 'flood'> = {
      ...tokenContext(settings, { database, clock }),
      flood,
    };
    const { keys } = context;
    await keys.signingKey('access_token');
    await keys.signingKey('recovery_assertion');
    await putManagementClient(context, settings);
    const server = await serve({
      name: 'issuer',
      module: IssuerModule.with({
        context,
        clients: new ClientDirectory(context),
        serviceName: settings.serviceName,
      }),
      port: ports.issuer,
      settings,
      ready: () => database.ping(),
      openApi,
      media: [{ path: oauthEndpoint, gives: 'application/json' }],
      register: oauthManners,
    });
    const sweep = setInterval(() => {
      Promise.all([forgetSpentTokens(database, clock.now()), keys.rotate()]).catch((fault: unknown) =>
        log.warn({ err: fault }, 'sweep failed'),
      );
    }, sweepEveryMs);
    return {
      url: server.url,
      close: async () => {
        clearInterval(sweep);
        await server.close();
        await flood?.close();
        await database.close();
      },
    };
  } catch (fault) {
    await flood?.close();
    await database.close();
    throw fault;
  }
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
