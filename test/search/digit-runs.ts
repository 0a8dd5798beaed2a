const isDigit = (byte: number) => byte >= 48 && byte <= 57;
/** Characters of hexadecimal text and of UUIDs: `0-9 a-f A-F -`. */
const isHex = (byte: number) =>
  isDigit(byte) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70) || byte === 45;
const gaps = [32, 45];
const point = 46;
/** From this length on it is a digest or an id, and the digits in it are no number. */
const longHex = 16;

/**
 * The numbers of six and of eight digits that stand on their own, plain or in two halves (`123 456`, `1234-5678`). A code of
 * six digits is one of a million: in enough bytes each occurs by chance, inside of longer numbers, of digests and ids, of
 * noise. So a number counts only without a digit beside it, when it is no fraction, and without sixteen hexadecimal characters
 * around it. {@link byChance} says how many codes that were never sent would have been found.
 */
export class DigitRuns {
  private readonly seen = { 6: new Set<string>(), 8: new Set<string>() };

  /** @param before numbers that do not count */
  constructor(private readonly before?: DigitRuns) {}

  read(bytes: Buffer): void {
    const end = bytes.length;
    let at = 0;
    /** The previous run: perhaps a first half. */
    let half = { start: -1, end: -1 };
    while (at < end) {
      if (!isDigit(bytes[at] as number)) {
        at++;
        continue;
      }
      const start = at;
      while (at < end && isDigit(bytes[at] as number)) at++;
      const length = at - start;
      if (length === 6 || length === 8) this.see(bytes, start, at, '');
      const isSecondHalf =
        half.end === start - 1 &&
        half.end - half.start === length &&
        gaps.includes(bytes[half.end] as number);
      if (isSecondHalf && (length === 3 || length === 4))
        this.see(bytes, start, at, bytes.toString('latin1', half.start, half.end));
      half = { start, end: at };
    }
  }

  private see(bytes: Buffer, start: number, end: number, firstHalf: string): void {
    // A fraction of a second: a server writes such times by the thousand.
    if (bytes[start - 1] === point && isDigit(bytes[start - 2] ?? 0)) return;
    let [from, to] = [start, end];
    while (from > 0 && to - from < longHex && isHex(bytes[from - 1] as number)) from--;
    while (to < bytes.length && to - from < longHex && isHex(bytes[to] as number)) to++;
    const text = firstHalf + bytes.toString('latin1', start, end);
    if (to - from < longHex && !this.before?.has(text)) this.seen[text.length as 6 | 8].add(text);
  }

  has(code: string): boolean {
    return this.seen[code.length as 6 | 8].has(code);
  }

  /** The number of codes of that length, sent or not, that would be found by chance: `codes × numbers seen / possible numbers`. */
  byChance(digits: 6 | 8, codes: number): number {
    return (codes * this.seen[digits].size) / 10 ** digits;
  }
}
