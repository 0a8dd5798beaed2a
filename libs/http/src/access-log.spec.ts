import { expect, test } from '@jest/globals';
import { levelOf } from './access-log.js';

test.each([
  ['/health/live', 200, 'debug'],
  ['/health/ready', 200, 'debug'],
  ['/metrics', 200, 'debug'],
  ['/health/ready', 503, 'info'],
  ['/metrics', 401, 'info'],
  ['/v1/recoveries', 202, 'info'],
  ['none', 404, 'info'],
] as const)('%s answered with %i is logged as %s', (route, status, level) => {
  expect(levelOf(route, status)).toBe(level);
});
