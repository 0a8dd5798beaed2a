import { type RunningServer, serve } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Telemetry } from '@rekey/telemetry';
import { ConsoleModule } from './console.module.js';
import { registerImports } from './ndjson.js';
import { openApi } from './open-api.js';

/** The management API: accounts, clients, and the state of tokens. */
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
    register: registerImports,
    openApi,
  });
