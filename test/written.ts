import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** `npm run written` writes them; without it they are compared. */
const write = process.env.REKEY_WRITE === '1';

/** A file that is written from the code and committed: is it what the code says now? */
export function expectWritten(file: string, text: string): void {
  if (write) writeFileSync(file, text);
  const there = existsSync(file) ? readFileSync(file, 'utf8') : '(missing)';
  // The diff of a whole file helps nobody; the command does.
  const verdict =
    there === text
      ? 'as written'
      : `${file} is not what the code says: "npm run written", then read the diff`;
  expect(verdict).toBe('as written');
}
