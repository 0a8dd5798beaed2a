import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** `npm run written` writes the files; without it they are compared. */
const write = process.env.REKEY_WRITE === '1';

/** A file that is generated from the code and committed: does it match the code? */
export function expectWritten(file: string, text: string): void {
  if (write) writeFileSync(file, text);
  const there = existsSync(file) ? readFileSync(file, 'utf8') : '(missing)';
  // The diff of a whole file is too long to help; the command is enough.
  const verdict =
    there === text
      ? 'as written'
      : `${file} is not what the code says: "npm run written", then read the diff`;
  expect(verdict).toBe('as written');
}

/**
 * A part of a page, between `<!-- name -->` and `<!-- /name -->`: does it match the code? A person writes the rest of the page.
 */
export function expectPartWritten(file: string, name: string, text: string): void {
  const page = readFileSync(file, 'utf8');
  const part = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(\\n<!-- /${name} -->)`);
  expect(page).toMatch(part);
  expectWritten(
    file,
    page.replace(part, (_all, start: string, end: string) => `${start}${text}${end}`),
  );
}

/** The first line of a page that nobody edits by hand. */
export const writtenFrom = (source: string): string =>
  `<!-- Written by "npm run written" from ${source}. Do not edit. -->`;
