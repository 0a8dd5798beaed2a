import { Module } from '@nestjs/common';
import { type RunningServer, serve } from '@rekey/http';
import type { Settings } from '@rekey/settings';
import type { Watch } from '@rekey/watch';

/** The courier has no API; whoever runs it still wants to know how it is. */
@Module({})
class ProbesModule {}

export const courierServer = (
  settings: Settings,
  watch: Watch,
  port: number,
  ready: () => Promise<void>,
): Promise<RunningServer> =>
  serve({ name: 'courier', module: ProbesModule, port, settings, watch, ready, isPrivate: true });
