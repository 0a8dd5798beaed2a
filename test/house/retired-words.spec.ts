import { noRetiredWords } from './retired-words.js';

const source = (path: string, text = '') => ({ path, text });

test.each([
  ['a refusal code', 'apps/recovery/src/a.ts', `refuse('too_early')`, 'resend_too_soon'],
  ['a setting of containers', 'docker/example.env', 'SERVICE_NAME=Example', 'PRODUCT_NAME'],
  ['a metric in a page', 'docs/a.md', '`rekey_x` and `limits_hit_total`', 'rate_limit_exceeded_total'],
  ['an identifier', 'libs/a/src/a.ts', 'await forgetRows(sql);', 'prune'],
  ['a comment', 'libs/a/src/a.ts', '/** Whoever asks. */', 'name the person'],
])('a retired word is found with its line: %s', (_what, path, text, instead) => {
  const [found = ''] = noRetiredWords([source(path, `\n${text}\n`)]);
  expect(found).toContain(`${path}:2 `);
  expect(found).toContain(instead);
});

test('a retired file name is found', () => {
  expect(noRetiredWords([source('libs/a/src/kept-answer.spec.ts')])).toEqual([
    expect.stringContaining('is called idempotency'),
  ]);
});

test('history keeps its words, and a longer word is another word', () => {
  expect(
    noRetiredWords([
      source('CHANGELOG.md', '`TOKEN_ALG`'),
      source('docker/compose.yaml', 'TOKEN_ALG:'),
      source('libs/database/src/migrations/5-recovery.ts', 'kept_answers'),
      source('libs/a/src/a.ts', 'ACCESS_TOKEN_ALG placeOf(Placement)'),
    ]),
  ).toEqual([]);
});
