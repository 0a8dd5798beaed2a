import { digitsOf, inOneLine } from './typed.js';

test.each([
  ['case 4711', 'case 4711'],
  [' spoke with her,\r\n\tshe is at the desk \n', 'spoke with her, she is at the desk'],
  ['one\u2028two\u2029three', 'one two three'],
  ['pasted\u200b\u202e words', 'pasted words'],
  ['核对\u3000身份', '核对 身份'],
  ['\u200b\n', ''],
])('%j is kept as %j', (typed, kept) => {
  expect(inOneLine(typed)).toBe(kept);
});

test.each([
  ['123 456', '123456'],
  ['１２３　４５６', '123456'],
  ['12a', '12'],
  ['', ''],
])('the digits of %j are %j', (typed, digits) => {
  expect(digitsOf(typed)).toBe(digits);
});
