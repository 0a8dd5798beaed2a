import { Readable } from 'node:stream';
import {
  Controller,
  HttpCode,
  Post,
  Req,
  Res,
  UnsupportedMediaTypeException,
  UseGuards,
} from '@nestjs/common';
import {
  Caller,
  Context,
  Gives,
  type ManagementCaller,
  ManagementScopeGuard,
  Operation,
  RequireScope,
  Streams,
  Takes,
} from '@rekey/http';
import { AccountImport, type ManagementContext } from '@rekey/management';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pMapIterable } from 'p-map';
import { importAccount } from './import-line.js';
import { type ImportResult, importLine, importResult } from './management.schema.js';
import { filledLinesOf, ndjson } from './ndjson.js';

/** Lines worked on at once: enough to keep the hashing threads busy, few enough to hold little. */
const atOnce = 8;

@Controller()
@UseGuards(ManagementScopeGuard)
export class ImportController {
  // The colon of a custom verb (google.aip.dev/136) is doubled for the router.
  @Post('v1/accounts::import')
  @HttpCode(200)
  @RequireScope('accounts:write')
  @Takes(ndjson)
  @Gives(ndjson)
  @Streams()
  @Operation({
    summary: 'Import accounts, one per line',
    description:
      'Streams one result per line, in order. A bad line is reported with its number and does not affect the others. ' +
      'If two lines are about the same account, the later one counts. If two accounts claim the same address, the earlier line gets it. A line has at most 64 KiB.',
    bearer: true,
    body: importLine,
    bodyType: ndjson,
    responses: {
      200: { description: 'one result per line', schema: importResult, type: ndjson },
      415: { description: `not ${ndjson}` },
    },
    refusals: ['unauthorized', 'forbidden'],
  })
  async import(
    @Caller() { clientId }: ManagementCaller,
    @Context() context: ManagementContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // Only the parser of lines hands the body over as a stream.
    if (!(request.body instanceof Readable)) throw new UnsupportedMediaTypeException();
    const accounts = new AccountImport(context, clientId);
    const report = (err: unknown, line: number) =>
      request.log.error({ err, line }, 'a line of an import failed');
    const results = pMapIterable(
      filledLinesOf(request.body),
      (line) => importAccount(accounts, line, report),
      { concurrency: atOnce },
    );
    await reply.header('content-type', ndjson).send(Readable.from(written(results), { objectMode: false }));
  }
}

async function* written(results: AsyncIterable<ImportResult>): AsyncGenerator<string> {
  for await (const result of results) yield `${JSON.stringify(result)}\n`;
}
