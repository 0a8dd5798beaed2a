import { expectWritten } from '../../written.js';
import { claims, claimsIn, clauses, drawTable, offences } from './claims.js';

const made = claims(['apps', 'libs', 'test']);

describe('the table of clauses', () => {
  test('each claim has a test that runs, and each tag of a test is in the list', () => {
    expect(offences(clauses, made)).toEqual([]);
  });

  test('the table is as written', () => {
    expectWritten('test/security/clauses/clauses.generated.md', drawTable(clauses, made));
  });

  test('a claim without a test, a tag without a claim and a skipped test are found', () => {
    // In pieces, so that this file has no tags itself.
    const title = (words: string, clause: string) => `'${words} [${clause}]'`;
    const text = [
      `test.skip(${title('never runs', 'NIST 3.2.2')}, () => {});`,
      `test(${title('of nothing', 'ASVS 99.9.9')}, () => {});`,
    ].join('\n');
    const known = [
      { id: 'NIST 3.2.2', standard: '', words: '' },
      { id: 'NIST 4.2.3', standard: '', words: '' },
    ];
    expect(offences(known, claimsIn('a.spec.ts', text))).toEqual([
      'NIST 4.2.3 is claimed and no test names it',
      'a.spec.ts names ASVS 99.9.9, which is not in the list',
      'a.spec.ts: the test for NIST 3.2.2 is skipped',
    ]);
  });
});
