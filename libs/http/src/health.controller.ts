import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import { isSameText, refuse } from '@rekey/kernel';
import type { Watch } from '@rekey/watch';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Operation } from './operation.js';
import { RefusedException } from './refused-exception.js';

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

/** For whoever runs the process: is it alive, may it get requests, how is it doing. */
@Controller()
export class ProbesController {
  constructor(@Inject(PROBED) private readonly probed: Probed) {}

  @Get('health/live')
  @Operation({
    summary: 'The process runs',
    answers: { 200: { description: 'alive', schema: statusSchema } },
  })
  live() {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @Operation({
    summary: 'The process can serve: database and queue answer',
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
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Operation({
    summary: 'Metrics as Prometheus text',
    description:
      'All of it for whoever shows METRICS_TOKEN as a bearer. Where none is set, everyone sees what tells nothing of anybody.',
    answers: { 200: { description: 'metrics', schema: z.string(), type: 'text/plain' } },
    refusals: ['unauthorized'],
  })
  metrics(@Req() { headers }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { watch, metricsToken, isPrivate = false } = this.probed;
    if (metricsToken === undefined) return watch.text(isPrivate);
    if (isSameText(headers.authorization?.replace(/^bearer /i, '') ?? '', metricsToken))
      return watch.text(true);
    reply.header('www-authenticate', 'Bearer');
    throw new RefusedException(refuse('unauthorized'));
  }
}
