/** What `policy` is asked for. */
export type Asked =
  | { verb: 'check'; file: string }
  | {
      verb: 'simulate';
      file: string;
      /** How far to go back, in milliseconds. */
      sinceMs: number;
      json: boolean;
    };

/** @param given what was typed behind `policy` @returns undefined for what is no command */
export function readAsked(given: readonly string[]): Asked | undefined {
  const [verb, ...words] = given;
  const json = words.includes('--json');
  const rest = words.filter((word) => word !== '--json');
  const at = rest.indexOf('--since');
  const [, since = ''] = at === -1 ? ['--since', '30d'] : rest.splice(at, 2);
  const [file, ...more] = rest;
  const sinceMs = readSpan(since);
  if (!file || more.length > 0 || (file !== '-' && file.startsWith('-'))) return undefined;
  if (verb === 'check' && words.length === 1) return { verb, file };
  return verb === 'simulate' && sinceMs !== undefined ? { verb, file, sinceMs, json } : undefined;
}

/** The audit is not kept for longer. */
const mostMs = 366 * 86_400_000;

/** Reads `30d` or `12h`. @returns milliseconds */
function readSpan(text: string): number | undefined {
  const [, number, unit] = /^([1-9]\d{0,4})([dh])$/.exec(text) ?? [];
  const ms = Number(number) * (unit === 'd' ? 86_400_000 : 3_600_000);
  return ms <= mostMs ? ms : undefined;
}
