import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Operation } from './operation.js';
import { Public } from './public.js';
import { Readiness } from './readiness.js';

const statusSchema = z.object({ status: z.enum(['ok', 'unavailable']) });
const readySchema = z.object({
  status: z.enum(['ok', 'degraded']),
  degraded: z
    .array(z.string())
    .optional()
    .describe('What is away, though most requests do without it: `issuer`'),
});
const notReadySchema = statusSchema.extend({
  failing: z
    .array(z.string())
    .optional()
    .describe('What is away: `database`, `schema`, `queue`, `signing_keys` or `process`'),
});

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
    summary: 'Readiness: what requests need responds',
    description: 'It responds within two seconds, also when what it asks for does not.',
    responses: {
      200: { description: 'ready', schema: readySchema },
      503: { description: 'not ready', schema: notReadySchema },
    },
  })
  async ready(@Res() reply: FastifyReply) {
    const [failing, degraded] = await Promise.all([this.readiness.failing(), this.readiness.degraded()]);
    if (failing.length === 0) {
      const away = degraded.map(({ name }) => name);
      await reply.send(away.length === 0 ? { status: 'ok' } : { status: 'degraded', degraded: away });
      return;
    }
    for (const { name, fault } of failing) reply.log.warn({ err: fault, part: name }, 'not ready');
    const names = failing.map(({ name }) => name);
    await reply.status(503).header('retry-after', '5').send({ status: 'unavailable', failing: names });
  }
}
