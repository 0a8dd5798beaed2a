import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { asTyped } from '@rekey/kernel';
import { settingsOrExit } from '@rekey/settings';
import type { ImportResult } from './management.schema.js';
import { failing, managementToken, type NetworkFault, whatToDoAbout } from './management-command.js';
import { linesOf } from './ndjson.js';

/**
 * `npm run accounts -- import FILE`: sends a file of accounts to the management API: one JSON a line, or CSV when its name ends in `.csv`;
 * in gzip when it ends in `.gz` after that. `-` is standard input, one JSON a line: for a container, which sees no file of its host.
 */

const fail = failing('accounts');

const counts = { created: 0, replaced: 0, failed: 0 };
/** The last line that was answered. */
let reached = 0;
/** The variables that say where it goes. */
let places = '';

async function importFile(file: string): Promise<void> {
  const { called, management } = settingsOrExit('import');
  places = `${called.issuer.setting} or ${called.console.setting}`;
  const token = await managementToken(called.issuer, management, 'accounts:write', fail);
  const response = await fetch(`${called.console.url}/v1/accounts:import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headersOf(file) },
    body: Readable.toWeb(file === '-' ? process.stdin : createReadStream(file)) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  if (response.status === 400) fail(await whyRefused(response));
  if (!response.ok || !response.body)
    fail(`${called.console.url} answered ${response.status} to the import; check ${called.console.setting}`);
  for await (const { text = '' } of linesOf(Readable.fromWeb(response.body as never))) {
    const result = JSON.parse(text) as ImportResult;
    counts[result.result]++;
    reached = result.line;
    if (result.result === 'failed') process.stderr.write(`${describe(result)}\n`);
    else if ((counts.created + counts.replaced) % 1000 === 0)
      process.stdout.write(`${counts.created + counts.replaced} accounts\n`);
  }
  process.stdout.write(`${counts.created} created, ${counts.replaced} replaced, ${counts.failed} failed\n`);
  if (counts.failed > 0) process.exitCode = 1;
}

const headersOf = (file: string): Record<string, string> => ({
  'content-type': /\.csv(\.gz)?$/i.test(file) ? 'text/csv; header=present' : 'application/x-ndjson',
  ...(/\.gz$/i.test(file) ? { 'content-encoding': 'gzip' } : {}),
});

/** Nothing was written. */
async function whyRefused(response: Response): Promise<string> {
  const { title, errors } = (await response.json().catch(() => ({}))) as { title?: string } & Pick<
    ImportResult,
    'errors'
  >;
  return `the import was refused as a whole: ${whatIsWrong(errors) || title}`;
}

const whatIsWrong = (errors: ImportResult['errors']): string =>
  errors?.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ') ?? '';

function describe({ line, id, code, errors }: ImportResult): string {
  const why = whatIsWrong(errors);
  return `line ${line}${id ? ` (${id})` : ''}: ${code}${why ? `: ${why}` : ''}`;
}

function whatToDo(fault: NetworkFault): string {
  if (reached > 0)
    return `the connection was lost after line ${reached}; import the file again: existing accounts are replaced`;
  if (fault.code === 'EACCES') return 'this user may not read the file';
  return whatToDoAbout(fault, places);
}

const [verb, file] = process.argv.slice(2);
if (verb !== 'import' || !file) fail(`usage: ${asTyped('accounts', 'import FILE')}`);
else if (file !== '-' && !statSync(file, { throwIfNoEntry: false })?.isFile())
  fail(`there is no file ${file}`);
else await importFile(file).catch((fault) => fail(whatToDo(fault)));
