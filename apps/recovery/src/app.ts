import { type RunningServer, serve } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Telemetry } from '@rekey/telemetry';
import type { IssuerAddress } from './issuer-over-http.js';
import { openApi } from './open-api.js';
import { registerPages } from './pages/register.js';
import { RecoveryModule } from './recovery.module.js';

/** The public API of recoveries, and the pages for people. */
export const runRecovery = (
  settings: Settings,
  { issuerAt, ...options }: { clock?: Clock; telemetry?: Telemetry; issuerAt?: IssuerAddress } = {},
): Promise<RunningServer> =>
  serve({
    name: 'recovery',
    module: RecoveryModule.with(issuerAt),
    port: settings.ports.recovery,
    settings,
    ...options,
    register: registerPages,
    openApi,
    // Never the pages: an authorization endpoint is navigated to (RFC 9700 §2.6).
    crossOrigin: { origins: settings.corsOrigins },
  });
