import { type RunningServer, serve } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Watch } from '@rekey/watch';
import type { IssuerAddress } from './issuer-over-http.js';
import { openApi } from './open-api.js';
import { BrowserState } from './pages/browser-state.js';
import { pageMedia } from './pages/media.js';
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
    register: (fastify, app) => registerPages(fastify, app.get(BrowserState), settings.serviceName),
    openApi,
    ledByMessage: /^\/(v1\/stops|stop|recover\/link|webhooks\/twilio\/status)$/,
    // Never the pages: an authorization endpoint is navigated to (RFC 9700 §2.6).
    crossOrigin: { origins: settings.corsOrigins, paths: /^\/v1\/(recoveries(\/.*)?|stops)$/ },
    media: pageMedia,
  });
