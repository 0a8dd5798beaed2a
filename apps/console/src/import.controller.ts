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
  codingsOf,
  Decodes,
  Gives,
  type ManagementCaller,
  ManagementScopeGuard,
  mediaTypeOf,
  Operation,
  RequireScope,
  Streams,
  Takes,
} from '@rekey/http';
import { AccountImport, type ManagementContext } from '@rekey/management';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pMapIterable } from 'p-map';
import { columns, csvItems } from './csv.js';
import { endAtInflateError, inflated } from './gunzip.js';
import { type ImportItem, importAccount } from './import-item.js';
import { type ImportResult, importLine, importResult } from './management.schema.js';
import { csv, ndjson, ndjsonItems } from './ndjson.js';

/** Lines worked on at once: enough to keep the hashing threads busy, few enough to hold little. */
const atOnce = 8;

@Controller()
@UseGuards(ManagementScopeGuard)
export class ImportController {
  // The colon of a custom verb (google.aip.dev/136) is doubled for the router.
  @Post('v1/accounts::import')
  @HttpCode(200)
  @RequireScope('accounts:write')
  @Takes(ndjson, csv)
  @Decodes('gzip')
  @Gives(ndjson)
  @Streams()
  @Operation({
    summary: 'Import accounts, one per line',
    description:
      'Streams one result per line, in order. A bad line is reported with its number and does not affect the others. ' +
      'If two lines are about the same account, the later one counts. If two accounts claim the same address, the earlier line gets it. A line has at most 64 KiB.\n\n' +
      `As \`${csv}\`, the first line names the columns: ${columns.join(', ')}. \`id\` is required. Roles are separated by spaces. ` +
      'An unknown column refuses the import before anything is written. A record has the number of the line that it begins in. ' +
      'The body may be in gzip (`Content-Encoding`), of at most 1 GiB inflated.',
    bearer: true,
    body: importLine,
    bodyType: ndjson,
    textBodyType: csv,
    responses: {
      200: { description: 'one result per line', schema: importResult, type: ndjson },
      415: { description: `not ${ndjson} or ${csv}, not UTF-8, or in another coding than gzip` },
    },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async import(
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const items = await itemsOf(request);
    const accounts = new AccountImport(context, actor);
    const report = (err: unknown, line: number) =>
      request.log.error({ err, line }, 'a line of an import failed');
    const results = pMapIterable(items, (item) => importAccount(accounts, item, report), {
      concurrency: atOnce,
    });
    await reply.header('content-type', ndjson).send(Readable.from(written(results), { objectMode: false }));
  }
}

async function itemsOf({ body, headers }: FastifyRequest): Promise<AsyncIterable<ImportItem>> {
  // Only the parser of imports hands the body over as a stream.
  if (!(body instanceof Readable)) throw new UnsupportedMediaTypeException();
  const bytes: AsyncIterable<Buffer> = codingsOf({ headers }).includes('gzip') ? inflated(body) : body;
  const type = mediaTypeOf(headers['content-type']);
  if (type?.essence !== csv) return endAtInflateError(ndjsonItems(bytes));
  if (type.params.get('header')?.toLowerCase() === 'absent') throw new UnsupportedMediaTypeException();
  return endAtInflateError(await csvItems(bytes));
}

async function* written(results: AsyncIterable<ImportResult>): AsyncGenerator<string> {
  for await (const result of results) yield `${JSON.stringify(result)}\n`;
}
