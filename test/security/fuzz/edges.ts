import type { Random } from './random.js';

/** Values that break programs: extremes of numbers and of text, other types, special characters. */
export const edges: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  -1e-308,
  2 ** 53,
  1.5,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e\u2028',
  '💥'.repeat(50),
  'x'.repeat(5_000),
  "'; drop table accounts; --",
  '$'.concat('{7*7}'),
  '{{7*7}}',
  '../../etc/passwd',
  '%00',
  '<script>',
  'null',
  '__proto__',
  'constructor',
  [],
  [[]],
  {},
  { toString: 1 },
  { $ne: null },
  ['a', 'b'],
  { __proto__: { x: 1 } },
  '+12025550123',
  'ada@example.com',
  'a@b',
  '0'.repeat(300),
  '１２３４５６',
  '-1',
  'NaN',
  '1e999',
  '2026-02-30T00:00:00Z',
  '00000000-0000-0000-0000-000000000000',
];

/** The same as text for a form or a URL. */
export const plain = (value: unknown): string =>
  (typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value)).replace(
    /[\ud800-\udfff]/g,
    '?',
  );

/** Nearly valid values: as long in characters, but not in bytes; cut inside a character; one more, one less, another width. */
export function twist(random: Random, right: string): string {
  const at = random.below(right.length + 1);
  const instead = (text: string) => right.slice(0, at) + text + right.slice(at + 1);
  return random.pick([
    () => instead(random.pick(['é', '１', '\u0000', '💥', '\u202e', 'İ', "'", '%', ' ', '.'])),
    () => right.slice(0, -1),
    () => right + right,
    () => `${right} `,
    () => right.toUpperCase(),
    () => right.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    () => `${'x'.repeat(random.pick([9, 19, 39, 99, 127, 253, 1_023]))}💥${right}`,
    () => plain(random.pick(edges)),
  ])();
}
