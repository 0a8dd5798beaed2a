import { type RunningServer, serve } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Telemetry } from '@rekey/telemetry';
import { IssuerModule } from './issuer.module.js';
import { registerOAuthErrors } from './oauth-http.js';
import { openApi } from './open-api.js';

/** The token issuer: its endpoints, its keys, and the management client of the settings. */
export const runIssuer = (
  settings: Settings,
  options: { clock?: Clock; telemetry?: Telemetry } = {},
): Promise<RunningServer> =>
  serve({
    name: 'issuer',
    module: IssuerModule,
    port: settings.ports.issuer,
    settings,
    ...options,
    openApi,
    crossOrigin: { origins: settings.corsOrigins },
    register: registerOAuthErrors,
  });
