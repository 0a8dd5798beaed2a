import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { isSameText } from '@rekey/kernel';
import { Telemetry } from '@rekey/telemetry';
import { z } from 'zod';
import { requestOf } from './guard-result.js';
import { Operation } from './operation.js';
import { deny } from './refused-exception.js';
import { Gives } from './route-facts.js';

export interface MetricsAccess {
  /** Bearer token that unlocks all metrics. */
  token?: string | undefined;
  /** Only the operator of the process can reach the port: without a token too, all metrics are shown. */
  isPrivate: boolean;
}

export const METRICS_ACCESS = Symbol('MetricsAccess');

/** Where a token is set, metrics are for its holder only. */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(@Inject(METRICS_ACCESS) private readonly access: MetricsAccess) {}

  canActivate(context: ExecutionContext): boolean {
    const { token } = this.access;
    if (token === undefined) return true;
    const shown = requestOf(context).headers.authorization?.replace(/^bearer /i, '') ?? '';
    return isSameText(shown, token) || deny('unauthorized', {}, { 'www-authenticate': 'Bearer' });
  }
}

@Controller('metrics')
@UseGuards(MetricsGuard)
export class MetricsController {
  constructor(
    private readonly telemetry: Telemetry,
    @Inject(METRICS_ACCESS) private readonly access: MetricsAccess,
  ) {}

  @Get()
  @Gives('text/plain')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Operation({
    summary: 'Metrics in the Prometheus text format',
    description:
      'With METRICS_TOKEN as the bearer token: all metrics. If no such token is set, everyone sees only metrics that reveal nothing about accounts.',
    responses: { 200: { description: 'metrics', schema: z.string(), type: 'text/plain' } },
    refusals: ['unauthorized'],
  })
  metrics() {
    const { token, isPrivate } = this.access;
    return this.telemetry.text(token !== undefined || isPrivate);
  }
}
