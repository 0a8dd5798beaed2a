import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DigitRuns } from './digit-runs.js';
import { Search } from './search.js';
import { type Form, formsOf, formsOfCode, type Secret } from './secret-forms.js';

export interface SearchedPlace {
  name: string;
  bytes: Buffer;
}

/** Every file below a folder, in turn; of PostgreSQL's write-ahead log, its records. */
export function* filesOf(folder: string): Generator<SearchedPlace> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const name = join(entry.parentPath, entry.name);
    const bytes = unlessGone(name);
    if (bytes) yield { name: name.slice(folder.length + 1), bytes: isLog(name) ? recordsOf(bytes) : bytes };
  }
}

/** A segment of the write-ahead log, by its name. */
const isLog = (name: string): boolean => /[/\\]pg_wal[/\\][\dA-F]{24}$/.test(name);

const logPage = 8_192;
/** The header of a page, and of the first page of a segment (PostgreSQL's `access/xlog_internal.h`). */
const logHeader = { of: 24, first: 40 };

/** A record goes on behind the header of the next page: without the headers, what is written across two pages is in one piece. */
function recordsOf(segment: Buffer): Buffer {
  const pages: Buffer[] = [];
  for (let at = 0; at < segment.length; at += logPage)
    pages.push(segment.subarray(at + (at === 0 ? logHeader.first : logHeader.of), at + logPage));
  return Buffer.concat(pages);
}

/** A running server removes files of its own (`pg_internal.init` when a table comes or goes); they are not at rest. */
function unlessGone(name: string): Buffer | undefined {
  try {
    return readFileSync(name);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}

export interface SearchOutcome {
  /** `kind as form in place`, sorted; never the secret itself. */
  found: string[];
  bytes: number;
  /** The number of codes that would be found although they were never sent. */
  byChance: { 6: number; 8: number };
}

/**
 * PostgreSQL's maps of free space and of visible pages: a byte or two bits per page, never content of a row. As text they are
 * full of numbers, so the search for codes skips them; every other search includes them.
 */
const isMap = ({ name }: SearchedPlace) => /_(fsm|vm)$/.test(name);

/** Numbers that exist before any code is made; most are in PostgreSQL's own catalogue. */
export function numbersIn(places: Iterable<SearchedPlace>): DigitRuns {
  const runs = new DigitRuns();
  for (const place of places) if (!isMap(place)) runs.read(place.bytes);
  return runs;
}

/**
 * @param codes plain digits; found when they stand on their own, or encoded anywhere
 * @param before numbers that existed already are not found again
 */
export function searchFor(
  secrets: Secret[],
  codes: Secret[],
  places: Iterable<SearchedPlace>,
  before?: DigitRuns,
): SearchOutcome {
  const search = new Search([...secrets.flatMap(formsOf), ...codes.flatMap(formsOfCode)]);
  const found = new Set<string>();
  const all = new DigitRuns(before);
  let bytes = 0;
  for (const place of places) {
    bytes += place.bytes.length;
    const say = ({ kind, form }: Pick<Form, 'kind' | 'form'>) =>
      found.add(`${kind} as ${form} in ${place.name}`);
    for (const form of search.in(place.bytes)) say(form);
    if (isMap(place)) continue;
    const here = new DigitRuns(before);
    for (const runs of [all, here]) runs.read(place.bytes);
    for (const { kind, value } of codes) if (here.has(value)) say({ kind, form: 'digits' });
  }
  const of = (digits: 6 | 8) =>
    all.byChance(digits, codes.filter(({ value }) => value.length === digits).length);
  return { found: [...found].sort(), bytes, byChance: { 6: of(6), 8: of(8) } };
}
