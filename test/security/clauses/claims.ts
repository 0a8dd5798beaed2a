import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { standards } from './standards.js';

/** A test whose title ends with the clauses that it proves, in brackets. */
export interface Claim {
  /** `NIST 3.2.2`, or the id of an advisory. */
  clause: string;
  file: string;
  title: string;
  /** A test that does not run proves nothing. */
  skipped: boolean;
}

const tag = /(?:NIST|ASVS|RFC9700) [\d.]+|(?:FP|OURS) [a-z-]+|GHSA(?:-[\da-z]{4}){3}|CVE-\d{4}-\d+/g;
const titled =
  /(\w+(?:\.\w+)*(?:\([^'"`]*)?)?\(?\s*(['"`])((?:\\.|(?!\2)[^\\])*?)\s\[((?:NIST|ASVS|RFC9700|FP|OURS|GHSA|CVE)[^\]]*)\]\2/gs;

/** @param text the source of a spec file */
export function claimsIn(file: string, text: string): Claim[] {
  return [...text.matchAll(titled)].flatMap(([all, , , title = '', tags = ''], _at) => {
    const before = text.slice(Math.max(0, text.indexOf(all) - 40), text.indexOf(all) + 20);
    const skipped = /\b(?:x(?:test|it|describe)|(?:test|it|describe)\.(?:skip|todo))\b/.test(before);
    const clauses = tags.match(tag) ?? [];
    return clauses.map((clause) => ({ clause, file, title: title.replaceAll("\\'", "'"), skipped }));
  });
}

/** Every claim of every spec below these folders. */
export function claims(folders: readonly string[]): Claim[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.spec.ts'))
      .map((name) => join(folder, name))
      .sort()
      .flatMap((file) => claimsIn(file, readFileSync(file, 'utf8'))),
  );
}

export interface Clause {
  id: string;
  standard: string;
  words: string;
}

export const clauses: Clause[] = standards.flatMap(({ name, prefix, clauses: of }) =>
  Object.entries(of).map(([id, words]) => ({ id: prefix ? `${prefix} ${id}` : id, standard: name, words })),
);

/** Claims without a test, tags without a claim, and tags of tests that do not run. */
export function offences(known: readonly Clause[], made: readonly Claim[]): string[] {
  const ids = new Set(known.map(({ id }) => id));
  const proven = new Set(made.map(({ clause }) => clause));
  return [
    ...known.filter(({ id }) => !proven.has(id)).map(({ id }) => `${id} is claimed and no test names it`),
    ...made
      .filter(({ clause }) => !ids.has(clause))
      .map(({ clause, file }) => `${file} names ${clause}, which is not in the list`),
    ...made
      .filter(({ skipped }) => skipped)
      .map(({ clause, file }) => `${file}: the test for ${clause} is skipped`),
  ];
}

/** The table as Markdown. */
export function drawTable(known: readonly Clause[], made: readonly Claim[]): string {
  const lines = standards.flatMap(({ name }) => [
    `## ${name}`,
    '',
    '| clause | what it asks for | proven by |',
    '|---|---|---|',
    ...known
      .filter(({ standard }) => standard === name)
      .map(({ id, words }) => {
        const tests = made
          .filter(({ clause }) => clause === id)
          .map(({ file, title }) => `\`${file}\`: ${title.replaceAll('|', '\\|').replace(/\s+/g, ' ')}`);
        return `| ${id} | ${words} | ${tests.join('<br>')} |`;
      }),
    '',
  ]);
  return [
    '# What Rekey claims, and the tests that prove it',
    '',
    'Written by `npm run written` from the titles of the tests.',
    '',
    ...lines,
  ].join('\n');
}
