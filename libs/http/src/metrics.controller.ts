import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import { isSameText, refuse } from '@rekey/kernel';
import { Watch } from '@rekey/watch';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Operation } from './operation.js';
import { RefusedException } from './refused-exception.js';

export interface MetricsAccess {
  /** Bearer token that unlocks all metrics. */
  token?: string | undefined;
  /** Only the operator of the process can reach the port: without a token too, all metrics are shown. */
  isPrivate: boolean;
}

export const METRICS_ACCESS = Symbol('MetricsAccess');

@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly watch: Watch,
    @Inject(METRICS_ACCESS) private readonly access: MetricsAccess,
  ) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Operation({
    summary: 'Metrics as Prometheus text',
    description:
      'All of it for whoever shows METRICS_TOKEN as a bearer. Where none is set, everyone sees what tells nothing of anybody.',
    answers: { 200: { description: 'metrics', schema: z.string(), type: 'text/plain' } },
    refusals: ['unauthorized'],
  })
  metrics(@Req() { headers }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { token, isPrivate } = this.access;
    if (token === undefined) return this.watch.text(isPrivate);
    if (isSameText(headers.authorization?.replace(/^bearer /i, '') ?? '', token))
      return this.watch.text(true);
    reply.header('www-authenticate', 'Bearer');
    throw new RefusedException(refuse('unauthorized'));
  }
}
