import { Readable } from 'node:stream';
import { Controller, HttpCode, Inject, Post, Req, Res, UnsupportedMediaTypeException } from '@nestjs/common';
import { inRequest, Operation } from '@rekey/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountImport } from './account-import.js';
import { callerWith } from './bearer.js';
import { inOrder } from './in-order.js';
import { filledLinesOf, ndjson } from './ndjson.js';
import { CONTEXT, type ConsoleContext } from './parts.js';
import { type ImportResult, importLine, importResult } from './wire.js';

/** Lines worked on at once: enough to keep the hashing threads busy, few enough to hold little. */
const atOnce = 8;

@Controller()
export class ImportController {
  constructor(@Inject(CONTEXT) private readonly context: ConsoleContext) {}

  // The colon of a custom verb (google.aip.dev/136) is doubled for the router.
  @Post('v1/accounts::import')
  @HttpCode(200)
  @Operation({
    summary: 'Import accounts, one per line',
    description:
      'Streams one result per line, in order. A bad line is reported with its number and does not affect the others. ' +
      'If two lines are about the same account, the later one counts. If two accounts claim the same address, the earlier line gets it. A line has at most 64 KiB.',
    bearer: true,
    body: importLine,
    bodyType: ndjson,
    answers: {
      200: { description: 'one result per line', schema: importResult, type: ndjson },
      415: { description: `not ${ndjson}` },
    },
    refusals: ['unauthorized', 'forbidden'],
  })
  async import(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { clientId } = await callerWith(this.context, 'accounts:write', request, reply);
    // Only the parser of lines hands the body over as a stream.
    if (!(request.body instanceof Readable)) throw new UnsupportedMediaTypeException();
    const accounts = new AccountImport(inRequest(this.context, request), clientId, (err, line) =>
      request.log.error({ err, line }, 'a line of an import failed'),
    );
    const results = inOrder(filledLinesOf(request.body), atOnce, (line) => accounts.line(line));
    await reply.header('content-type', ndjson).send(Readable.from(written(results), { objectMode: false }));
  }
}

async function* written(results: AsyncGenerator<ImportResult>): AsyncGenerator<string> {
  for await (const result of results) yield `${JSON.stringify(result)}\n`;
}
