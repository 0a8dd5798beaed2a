import { type RunningServer, serve } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Telemetry } from '@rekey/telemetry';
import { ConsoleModule } from './console.module.js';
import { openApi } from './open-api.js';
import { register } from './register.js';

/** The management API (accounts, clients, the state of tokens), and the web app for staff, with what they sign in to. */
export const runConsole = (
  settings: Settings,
  options: { clock?: Clock; telemetry?: Telemetry } = {},
): Promise<RunningServer> =>
  serve({
    name: 'console',
    module: ConsoleModule,
    port: settings.ports.console,
    settings,
    ...options,
    register,
    openApi,
  });
