import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Operation } from './operation.js';
import { Public } from './public.js';
import { Readiness } from './readiness.js';

const statusSchema = z.object({ status: z.enum(['ok', 'unavailable']) });

/** For the operator of the process: does it run, and may it get requests? */
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Operation({
    summary: 'Liveness: the process is running',
    responses: { 200: { description: 'alive', schema: statusSchema } },
  })
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @Operation({
    summary: 'Readiness: database and queue respond',
    responses: {
      200: { description: 'ready', schema: statusSchema },
      503: { description: 'not ready', schema: statusSchema },
    },
  })
  async ready(@Res() reply: FastifyReply) {
    try {
      await this.readiness.check();
      await reply.send({ status: 'ok' });
    } catch (fault) {
      reply.log.warn({ err: fault }, 'not ready');
      await reply.status(503).header('retry-after', '5').send({ status: 'unavailable' });
    }
  }
}
