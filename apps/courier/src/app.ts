import { type Running, runWithoutServer, serve } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Telemetry } from '@rekey/telemetry';
import { CourierModule } from './courier.module.js';
import type { SweepPeriods } from './sweeps.js';

export type { SweepPeriods } from './sweeps.js';

/**
 * The courier: claims messages, writes and sends them, and finds those without a job.
 *
 * @param options.port where its health and metrics are; without an HTTP server when left out
 * @param options.periods of the sweeps, where they are not the usual ones
 */
export function runCourier(
  settings: Settings,
  {
    port,
    periods,
    ...options
  }: {
    clock?: Clock;
    port?: number;
    telemetry?: Telemetry;
    periods?: Partial<SweepPeriods> | undefined;
  } = {},
): Promise<Running> {
  const app = { name: 'courier', module: CourierModule.with(periods), settings, ...options };
  return port === undefined ? runWithoutServer(app) : serve({ ...app, port, isPrivate: true });
}
