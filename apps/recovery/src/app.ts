import { type RunningServer, serve } from '@rekey/http';
import { type Clock, systemClock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import { openWatch, type Watch } from '@rekey/watch';
import type { IssuerAddress } from './issuer-over-http.js';
import { openApi } from './open-api.js';
import { BrowserState } from './pages/browser-state.js';
import { registerPages } from './pages/register.js';
import { assemble } from './parts.js';
import { RecoveryModule } from './recovery.module.js';

/** The public API of recoveries, and the pages for people. */
export async function startRecovery(
  settings: Settings,
  options: { clock?: Clock; watch?: Watch; issuerAt?: IssuerAddress } = {},
): Promise<RunningServer> {
  const watch = options.watch ?? (await openWatch({ app: 'recovery', tracing: settings.tracing }));
  const parts = await assemble(settings, options.clock ?? systemClock, watch, options.issuerAt);
  const browser = new BrowserState(settings.keyring, settings.urls.recovery);
  try {
    const server = await serve({
      name: 'recovery',
      module: RecoveryModule.with(parts, browser, settings),
      port: settings.ports.recovery,
      settings,
      ready: () => parts.ready(),
      register: registerPages,
      openApi,
      watch,
      // Never the pages: an authorization endpoint is navigated to (RFC 9700 §2.6).
      crossOrigin: { origins: settings.corsOrigins },
    });
    return {
      url: server.url,
      close: async () => {
        await server.close();
        await parts.close();
        await watch.close();
      },
    };
  } catch (fault) {
    await parts.close();
    throw fault;
  }
}
