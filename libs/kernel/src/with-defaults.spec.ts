import { withDefaults } from './with-defaults.js';

test('a given value replaces the default; a missing or undefined one does not', () => {
  const defaults = { one: 1, two: 2, three: 3 };
  expect(withDefaults(defaults, { one: 0, two: undefined })).toEqual({ one: 0, two: 2, three: 3 });
  expect(defaults).toEqual({ one: 1, two: 2, three: 3 });
});
