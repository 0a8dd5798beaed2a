import { rules } from './rules.js';
import { measure } from './sizes.js';
import { readTree } from './source-tree.js';

const house = readTree();
const { files, median, upTo200 } = measure(house);

describe(`${files} files, median ${median} lines, ${(upTo200 * 100).toFixed(1)} % up to 200`, () => {
  test.each(Object.entries(rules))('%s', (_name, rule) => {
    expect(rule(house)).toEqual([]);
  });
});
