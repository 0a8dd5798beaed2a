import { type DynamicModule, Module } from '@nestjs/common';
import { withDefaults } from '@rekey/kernel';
import { auditProvider } from './audit-provider.js';
import { OutboxGauges } from './outbox-gauges.js';
import { courierProviders } from './providers.js';
import { PERIODS, type SweepPeriods, Sweeps, sweepPeriods } from './sweeps.js';

/** It has no routes of its own: health and metrics are those of every process. */
@Module({ providers: [...courierProviders, auditProvider, Sweeps, OutboxGauges] })
export class CourierModule {
  /** @param periods of the sweeps, where they are not the usual ones */
  static with(periods: Partial<SweepPeriods> = {}): DynamicModule {
    const all = withDefaults(sweepPeriods, periods);
    return { module: CourierModule, providers: [{ provide: PERIODS, useValue: all }] };
  }
}
