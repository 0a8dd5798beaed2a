import { type RunningServer, serve } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Watch } from '@rekey/watch';
import type { IssuerAddress } from './issuer-over-http.js';
import { openApi } from './open-api.js';
import { registerPages } from './pages/register.js';
import { RecoveryModule } from './recovery.module.js';

/** The public API of recoveries, and the pages for people. */
export const startRecovery = (
  settings: Settings,
  { issuerAt, ...options }: { clock?: Clock; watch?: Watch; issuerAt?: IssuerAddress } = {},
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
