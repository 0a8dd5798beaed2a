import type { Command } from './commands.js';

/** What a command line asks for: to run a command with the rest of it, or to say something and end. */
export type Asked =
  | { run: string; given: string[] }
  | { say: string; exitCode: 0 }
  | { complain: string; exitCode: 64 };

/** EX_USAGE of sysexits.h. Wrong settings have 78, EX_CONFIG. */
const usage = 64;

/**
 * @param words what was typed behind `rekey`
 * @param version of this release
 */
export function readCommandLine(
  words: readonly string[],
  commands: Record<string, Command>,
  version: string,
): Asked {
  const [name, ...given] = words;
  if (name === undefined) return { complain: describeAll(commands), exitCode: usage };
  if (['--help', '-h', 'help'].includes(name)) return { say: describeAll(commands), exitCode: 0 };
  if (['--version', '-v', 'version'].includes(name)) return { say: `rekey ${version}`, exitCode: 0 };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return { complain: unknown(name, commands), exitCode: usage };
  if (given[0] === '--help' || given[0] === '-h')
    return { say: `usage: ${describe(name, command)}\n  ${command.means}`, exitCode: 0 };
  if (!command.takes && given.length > 0)
    return { complain: `rekey ${name}: takes no arguments, read ${quote(given.join(' '))}`, exitCode: usage };
  return { run: name, given };
}

const quote = (text: string): string => JSON.stringify(text);
const describe = (name: string, { takes }: Command): string =>
  ['rekey', name, takes].filter(Boolean).join(' ');

function describeAll(commands: Record<string, Command>): string {
  const rows: string[][] = [
    ...Object.entries(commands).map(([name, { takes, means }]) => [
      [name, takes].filter(Boolean).join(' '),
      means,
    ]),
    ['--help', 'this list; behind a command, how it is called'],
    ['--version', 'the release'],
  ];
  // What takes much has a line of its own, so that the meanings stay in one column.
  const width = 30;
  const lines = rows.map(([called = '', means = '']) =>
    called.length < width
      ? `  ${called.padEnd(width)}${means}`
      : `  ${called}\n  ${''.padEnd(width)}${means}`,
  );
  return ['usage: rekey COMMAND', '', ...lines].join('\n');
}

function unknown(word: string, commands: Record<string, Command>): string {
  const meant = nearest(word, commands);
  const hint = meant ? `do you mean "rekey ${meant}"?` : '"rekey --help" lists all';
  return `rekey: there is no command ${quote(word)}; ${hint}`;
}

/** The one command that a word stands for, by its file, its beginning, or with a letter or two mistyped. */
function nearest(word: string, commands: Record<string, Command>): string | undefined {
  const near = Object.entries(commands).filter(
    ([name, { file }]) =>
      word.endsWith(file) ||
      (word.length > 2 && name.startsWith(word.toLowerCase())) ||
      distance(word.toLowerCase(), name) <= Math.min(2, name.length / 3),
  );
  return near.length === 1 ? near[0]?.[0] : undefined;
}

/** Letters to add, take away or replace (Levenshtein), by rows of the usual table. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [column, wanted] of [...other].entries())
      next.push(
        Math.min(
          (next[column] ?? 0) + 1,
          (row[column + 1] ?? 0) + 1,
          (row[column] ?? 0) + (letter === wanted ? 0 : 1),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
