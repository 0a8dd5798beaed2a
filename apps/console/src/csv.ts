import { deny } from '@rekey/http';
import { parse } from 'csv-parse/sync';
import type { ImportItem } from './import-item.js';
import { type Line, linesOf, unreadable } from './ndjson.js';

/** The columns of an import as CSV. `id` is required; the order is free. */
export const columns = [
  'id',
  'username',
  'email',
  'email_verified',
  'phone',
  'phone_verified',
  'password',
  'password_hash',
  'roles',
  'status',
  'locale',
  'aal',
] as const;
type Column = (typeof columns)[number];

/** A record must end within these characters, as a line of JSON must, and within these lines. */
const longestRecord = 65_536;
const mostLines = 50;

/**
 * The accounts of a CSV file (RFC 4180) in UTF-8 with a header row. The line of an account is the one that its record begins in.
 *
 * @throws {RefusedException} `invalid_request` when the header row has not the columns that are read here. Nothing is written then
 */
export async function csvItems(stream: AsyncIterable<Buffer>): Promise<AsyncGenerator<ImportItem>> {
  const records = recordsOf(linesOf(stream));
  const { value: first } = await records.next();
  const header = first && 'fields' in first ? first.fields : undefined;
  if (!header) return deny('invalid_request', { errors: [{ pointer: '', detail: whyNoHeader(first) }] });
  return itemsOf(records, readHeader(header));
}

const whyNoHeader = (first: CsvRecord | undefined): string =>
  `there is no header row${first && 'problem' in first && 'detail' in first.problem ? `: ${first.problem.detail}` : ''}`;

function readHeader(fields: readonly string[]): Column[] {
  const names = fields.map((field) => field.trim().toLowerCase());
  const errors = names
    .filter((name, at) => !isColumn(name) || names.indexOf(name) !== at)
    .map((name) => ({
      pointer: `/${name.slice(0, 64)}`,
      detail: isColumn(name) ? 'duplicate column' : `unknown column; the columns are ${columns.join(', ')}`,
    }));
  if (!names.includes('id')) errors.push({ pointer: '/id', detail: 'the column is missing' });
  if (fields.some((field) => field.includes('\r')))
    errors.unshift({ pointer: '', detail: 'lines must end with LF or CRLF' });
  if (errors.length > 0) deny('invalid_request', { errors: errors.slice(0, 20) });
  return names.filter(isColumn);
}

const isColumn = (name: string): name is Column => (columns as readonly string[]).includes(name);

async function* itemsOf(records: AsyncIterable<CsvRecord>, header: Column[]): AsyncGenerator<ImportItem> {
  for await (const record of records) {
    if ('problem' in record) yield record.problem;
    else yield itemOf(record, header);
  }
}

function itemOf({ line, fields }: { line: number; fields: string[] }, header: Column[]): ImportItem {
  const bad = (pointer: string, detail: string): ImportItem => ({
    line,
    code: 'invalid_request',
    pointer,
    detail,
  });
  if (fields.length !== header.length)
    return bad('', `${fields.length} fields, but the header row has ${header.length}`);
  const cells = new Map(header.map((name, at) => [name, fields[at] ?? '']));
  const cell = (name: Column) => cells.get(name) || undefined;
  for (const name of ['email_verified', 'phone_verified'] as const)
    if (booleanOf(cell(name)) === undefined) return bad(`/${name}`, 'must be true or false');
  const kinds = (['email', 'phone'] as const).filter((kind) => cell(kind) !== undefined);
  const aal = cell('aal');
  return {
    line,
    json: {
      id: cell('id'),
      username: cell('username'),
      addresses: kinds.map((kind) => ({
        kind,
        value: cell(kind),
        verified: booleanOf(cell(`${kind}_verified`)),
      })),
      roles:
        cell('roles')
          ?.split(/[\s,;]+/)
          .filter((role) => role !== '') ?? [],
      status: cell('status'),
      locale: cell('locale'),
      aal: aal === undefined ? undefined : Number(aal),
      password: cell('password'),
      password_hash: cell('password_hash'),
    },
    pointerOf(pointer) {
      const [, address] = /^\/addresses\/(\d+)/.exec(pointer) ?? [];
      return address === undefined ? pointer.replace(/^\/(\w+)\/.*/, '/$1') : `/${kinds[Number(address)]}`;
    },
  };
}

/** An empty field is false. */
function booleanOf(text = 'false'): boolean | undefined {
  const plain = text.trim().toLowerCase();
  if (['true', '1', 'yes'].includes(plain)) return true;
  return ['false', '0', 'no'].includes(plain) ? false : undefined;
}

type CsvRecord = { line: number; fields: string[] } | { problem: ImportItem };

/**
 * The records of a file. The parser is given one at a time: after an error it does not find its way to the next one. A record whose quotes
 * do not end, or that is not one of CSV, is reported as its first line; the next one is looked for in the line after it.
 */
async function* recordsOf(lines: AsyncIterable<Line>): AsyncGenerator<CsvRecord> {
  const open: Line[] = [];
  for await (const line of lines) {
    open.push(line);
    yield* takeRecords(open, false);
  }
  yield* takeRecords(open, true);
}

/** Takes the records that end in these lines from them; also the last one, which ends nowhere, when no more lines follow. */
function* takeRecords(open: Line[], isLast: boolean): Generator<CsvRecord> {
  while (open.length > 0) {
    const count = recordAt(open);
    if (count === 0 && !isLast) return;
    const { record, used } = readRecord(open.slice(0, Math.max(1, count)), count > 0);
    open.splice(0, used);
    if (record) yield record;
  }
}

/** @returns how many lines the record at the start has, 0 when it does not end in them yet, -1 when it is too long */
function recordAt(lines: readonly Line[]): number {
  let quotes = 0;
  let length = 0;
  for (const [at, line] of lines.entries()) {
    const text = textOf(line);
    if (text === undefined) return at === 0 ? 1 : -1;
    length += text.length + 1;
    quotes += text.split('"').length - 1;
    if (quotes % 2 === 0) return at + 1;
    if (length > longestRecord || at + 1 >= mostLines) return -1;
  }
  return 0;
}

/** For its quotes: each byte that is not UTF-8 is some character. */
const textOf = ({ text, bytes }: Line): string | undefined => text ?? bytes?.toString('latin1');

/** @returns no record for a blank line */
function readRecord(lines: readonly Line[], isWhole: boolean): { record?: CsvRecord; used: number } {
  const [first] = lines as [Line];
  const line = first.number;
  const fail = (detail: string) => ({
    record: { problem: { line, code: 'invalid_request', pointer: '', detail } as const },
    used: 1,
  });
  const unread = lines.find(({ text }) => text === undefined);
  if (unread) return { record: { problem: unreadable({ ...unread, number: line }) }, used: lines.length };
  if (!isWhole) return fail('a quoted field does not end');
  const text = lines.map((each) => each.text).join('\n');
  if (text.trim() === '') return { used: 1 };
  try {
    const records: string[][] = parse(text, { record_delimiter: '\n', relax_column_count: true });
    return records[0] && records.length === 1
      ? { record: { line, fields: records[0] }, used: lines.length }
      : fail('not a record of CSV');
  } catch {
    return fail('not a record of CSV: a quote is where none may be');
  }
}
