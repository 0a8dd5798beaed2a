import { Readable } from 'node:stream';
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Operation } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerWith } from './bearer.js';
import { type Line, linesOf, ndjson } from './ndjson.js';
import { CONTEXT, type ConsoleContext } from './parts.js';
import { putManagedAccount } from './put-account.js';
import { accountToPut, type ImportResult, importLine, importResult } from './wire.js';

/** Lines worked on at once: enough to keep the hashing threads busy, few enough to hold little. */
const atOnce = 8;

@Controller()
export class ImportController {
  constructor(@Inject(CONTEXT) private readonly context: ConsoleContext) {}

  // The colon of a custom verb (google.aip.dev/136) is doubled for the router.
  @Post('v1/accounts::import')
  @HttpCode(200)
  @Operation({
    summary: 'Import accounts, one a line',
    description:
      'Answers a line for each line, in order, as it goes. A bad line is reported with its number and spoils no other.',
    bearer: true,
    body: importLine,
    bodyType: ndjson,
    answers: { 200: { description: 'a result for each line', schema: importResult, type: ndjson } },
    refusals: ['unauthorized', 'forbidden'],
  })
  async import(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { clientId: caller } = await callerWith(this.context, 'accounts:write', request, reply);
    const lines = linesOf(request.body as Readable);
    await reply
      .header('content-type', ndjson)
      .send(Readable.from(this.results(caller, lines), { objectMode: false, highWaterMark: 16_384 }));
  }

  private async *results(caller: string, lines: AsyncGenerator<Line>): AsyncGenerator<string> {
    const under: Promise<ImportResult>[] = [];
    for await (const line of lines) {
      if (line.text?.trim() === '') continue;
      under.push(this.one(caller, line));
      if (under.length >= atOnce) yield `${JSON.stringify(await under.shift())}\n`;
    }
    for (const result of under) yield `${JSON.stringify(await result)}\n`;
  }

  private async one(caller: string, { number: line, text }: Line): Promise<ImportResult> {
    const failed = (code: string, errors?: ImportResult['errors'], id?: string): ImportResult => ({
      line,
      id,
      result: 'failed',
      code,
      errors,
    });
    if (text === undefined) return failed('too_large');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return failed('invalid_request', [{ pointer: '', detail: 'not JSON' }]);
    }
    const parsed = importLine.safeParse(json);
    if (!parsed.success) {
      const errors = parsed.error.issues.map((issue) => ({
        pointer: `/${issue.path.join('/')}`,
        detail: issue.message,
      }));
      return failed('invalid_request', errors);
    }
    const { id, ...body } = parsed.data;
    try {
      const outcome = await putManagedAccount(this.context, caller, accountToPut(id, body));
      if (isRefused(outcome)) {
        const { errors, reason } = outcome.data;
        return failed(
          outcome.code,
          errors ?? (reason ? [{ pointer: '/password', detail: reason }] : undefined),
          id,
        );
      }
      return { line, id, result: outcome.created ? 'created' : 'replaced' };
    } catch {
      return failed('unavailable', undefined, id);
    }
  }
}
