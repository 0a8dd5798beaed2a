import { decisionBody } from './management.schema.js';

test.each(['\n', '\u0085', '\u2028', '\u2029'])('a reason has no end of a line: %j', (end) => {
  expect(decisionBody.safeParse({ reason: 'as asked' }).success).toBe(true);
  expect(decisionBody.safeParse({ reason: `as${end}asked` }).success).toBe(false);
});
