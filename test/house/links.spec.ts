import { linksLeadToFiles, pagesAreIndexed } from './links.js';
import type { Source } from './source-tree.js';

const file = (path: string, text = ''): Source => ({ path, text });
const house = [file('LICENSE'), file('docs/decisions/0001-sql.md'), file('libs/queue/src/index.ts')];

/** What is wrong with this text as a page of `docs/decisions`. */
const offences = (text: string, path = 'docs/decisions/README.md') =>
  linksLeadToFiles([...house, file(path, text)]);

describe('links in Markdown lead to files', () => {
  test.each([
    ['a file beside it', '[SQL](0001-sql.md)'],
    ['a heading of that file', '[SQL](./0001-sql.md#context)'],
    ['a file further up', '[queue](../../libs/queue/src/index.ts)'],
    ['a folder', '[queue](../../libs/queue/) and [the top](../..)'],
    ['a path from the top', '[licence](/LICENSE)'],
    ['a title', '[licence](../../LICENSE "Apache-2.0")'],
    ['angle brackets', '[licence](<../../LICENSE>)'],
    ['code as its text', '[`index.ts`](../../libs/queue/src/index.ts)'],
    ['a percent sign', '[licence](../../LICEN%53E)'],
    ['a definition', '[licence]\n\n[licence]: ../../LICENSE'],
    ['HTML', '<a href="../../LICENSE">licence</a>'],
    ['the same page', '[context](#context)'],
    ['another site', '[a](https://example.com/a.md) [b](mailto:a@example.com) [c](//example.com/b)'],
    ['a picture, which no rule reads', '![states](states.png)'],
    ['a code span', 'Write `[text](missing.md)` or ``[`a`](missing.md)``.'],
    ['a fenced block', '```md\n[text](missing.md)\n```\n[SQL](0001-sql.md)'],
    ['a fence inside of a longer one', '````\n```\n[text](missing.md)\n```\n````'],
  ])('a good link is allowed: %s', (_what, text) => {
    expect(offences(text)).toEqual([]);
  });

  test.each([
    ['a file that is gone', '[a](0002-gone.md)', '0002-gone.md'],
    ['a path that counts from the wrong folder', '[a](libs/queue/src/index.ts)', 'libs/queue/src/index.ts'],
    ['another letter case', '[a](../../license)', '../../license'],
    ['a path out of the repository', '[a](../../../security)', '../../../security'],
    ['a heading of a file that is gone', '[a](gone.md#context)', 'gone.md#context'],
    ['code as its text', '[`a`](gone.ts)', 'gone.ts'],
    ['the second of two', '[a](0001-sql.md), [b](gone.md)', 'gone.md'],
    ['a definition', '[a]: gone.md', 'gone.md'],
    ['HTML', '<img src="gone.svg">', 'gone.svg'],
    ['a broken percent sign', '[a](gone%.md)', 'gone%.md'],
  ])('a broken link is found: %s', (_what, text, target) => {
    expect(offences(text)).toEqual([
      `docs/decisions/README.md:1 links to ${target}, and there is no such file`,
    ]);
  });

  test('the line is named, also after a fenced block, in every Markdown page and in no other file', () => {
    const text = '```\n[a](gone.md)\n```\n\n[a](gone.md)';
    for (const path of ['README.md', '.github/CONTRIBUTING.md', 'libs/client/README.md'])
      expect(offences(text, path)).toEqual([`${path}:5 links to gone.md, and there is no such file`]);
    expect(offences(text, 'libs/queue/src/links.ts')).toEqual([]);
  });
});

test('a page that no index links to is found', () => {
  const pages = [
    file('docs/README.md', '[try](try.md), [decisions](decisions/README.md), not `[lost](lost.md)`'),
    file('docs/try.md', '[lost](lost.md)'),
    file('docs/lost.md'),
    file('docs/decisions/README.md', '[1](0001-sql.md#context)'),
    file('docs/decisions/0001-sql.md'),
  ];
  expect(pagesAreIndexed(pages)).toEqual(['docs/lost.md is linked from no index: add it to docs/README.md']);
});
