import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { Operation } from './operation.js';

export interface Readiness {
  registry: Registry;
  /** @throws when something that requests need is away */
  ready(): Promise<void>;
}

export const READINESS = Symbol('READINESS');

const statusSchema = z.object({ status: z.enum(['ok', 'unavailable']) });

/** For whoever runs the process: is it alive, may it get requests, how is it doing. */
@Controller()
export class ProbesController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

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
      await this.readiness.ready();
      await reply.send({ status: 'ok' });
    } catch (fault) {
      reply.log.warn({ err: fault }, 'not ready');
      await reply.status(503).send({ status: 'unavailable' });
    }
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Operation({
    summary: 'Metrics as Prometheus text',
    answers: { 200: { description: 'metrics', schema: z.string(), type: 'text/plain' } },
  })
  metrics() {
    return this.readiness.registry.metrics();
  }
}
