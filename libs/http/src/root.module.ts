import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { METRICS_ACCESS, type MetricsAccess, MetricsController } from './metrics.controller.js';
import { ProcessModule, type ProcessParts } from './process.module.js';

/** The module of an app, and what surrounds it in its process. */
export function rootModule(module: Type | DynamicModule, parts: ProcessParts): DynamicModule {
  // A class of its own for each app: a process may run several.
  @Module({})
  class RootModule {}
  return { module: RootModule, imports: [ProcessModule.of(parts), module] };
}

/** The same behind an HTTP server, with health and metrics. */
export const servedModule = (
  module: Type | DynamicModule,
  parts: ProcessParts,
  isPrivate = false,
): DynamicModule => {
  const access: MetricsAccess = { token: parts.settings.metricsToken, isPrivate };
  return {
    ...rootModule(module, parts),
    controllers: [HealthController, MetricsController],
    providers: [{ provide: METRICS_ACCESS, useValue: access }],
  };
};
