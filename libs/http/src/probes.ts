import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  Res,
  UseGuards,
} from '@nestjs/common';
import { isSameText } from '@rekey/kernel';
import type { Watch } from '@rekey/watch';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { requestOf } from './guard-result.js';
import { Operation } from './operation.js';
import { Public } from './public.js';
import { deny } from './refused-exception.js';
import { Gives } from './route-facts.js';

export interface Probed {
  watch: Watch;
  /** What a caller shows to see all metrics. */
  metricsToken?: string;
  isPrivate?: boolean;
  /** @throws when something that requests need is away */
  ready(): Promise<void>;
}

export const PROBED = Symbol('Probed');

const statusSchema = z.object({ status: z.enum(['ok', 'unavailable']) });

/** Where a token is set, only whoever shows it sees metrics. */
@Injectable()
class MetricsGuard implements CanActivate {
  constructor(@Inject(PROBED) private readonly probed: Probed) {}

  canActivate(context: ExecutionContext): boolean {
    const { metricsToken } = this.probed;
    if (metricsToken === undefined) return true;
    const shown = requestOf(context).headers.authorization?.replace(/^bearer /i, '') ?? '';
    return isSameText(shown, metricsToken) || deny('unauthorized', {}, { 'www-authenticate': 'Bearer' });
  }
}

/** For whoever runs the process: is it alive, may it get requests, how is it doing. */
@Controller()
export class ProbesController {
  constructor(@Inject(PROBED) private readonly probed: Probed) {}

  @Get('health/live')
  @Public()
  @Operation({
    summary: 'Liveness: the process is running',
    answers: { 200: { description: 'alive', schema: statusSchema } },
  })
  live() {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @Public()
  @Operation({
    summary: 'Readiness: database and queue respond',
    answers: {
      200: { description: 'ready', schema: statusSchema },
      503: { description: 'not ready', schema: statusSchema },
    },
  })
  async ready(@Res() reply: FastifyReply) {
    try {
      await this.probed.ready();
      await reply.send({ status: 'ok' });
    } catch (fault) {
      reply.log.warn({ err: fault }, 'not ready');
      await reply.status(503).header('retry-after', '5').send({ status: 'unavailable' });
    }
  }

  @Get('metrics')
  @UseGuards(MetricsGuard)
  @Gives('text/plain')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Operation({
    summary: 'Metrics in the Prometheus text format',
    description:
      'With METRICS_TOKEN as the bearer token: all metrics. If no such token is set, everyone sees only metrics that reveal nothing about accounts.',
    answers: { 200: { description: 'metrics', schema: z.string(), type: 'text/plain' } },
    refusals: ['unauthorized'],
  })
  metrics() {
    const { watch, metricsToken, isPrivate = false } = this.probed;
    return watch.text(metricsToken !== undefined || isPrivate);
  }
}
