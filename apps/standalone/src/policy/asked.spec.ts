import { readAsked } from './asked.js';

const hour = 3_600_000;

test.each([
  [['check', 'p.json'], { verb: 'check', file: 'p.json' }],
  [['check', '-'], { verb: 'check', file: '-' }],
  [['simulate', 'p.json'], { verb: 'simulate', file: 'p.json', sinceMs: 720 * hour, json: false }],
  [
    ['simulate', '--since', '12h', 'p.json'],
    { verb: 'simulate', file: 'p.json', sinceMs: 12 * hour, json: false },
  ],
  [
    ['simulate', '-', '--json', '--since', '2d'],
    { verb: 'simulate', file: '-', sinceMs: 48 * hour, json: true },
  ],
  [[], undefined],
  [['check'], undefined],
  [['simulate'], undefined],
  [['sim', 'p.json'], undefined],
  [['check', 'p.json', 'q.json'], undefined],
  [['check', 'p.json', '--json'], undefined],
  [['check', 'p.json', '--since', '1d'], undefined],
  [['check', '--help'], undefined],
  [['simulate', 'p.json', '--since'], undefined],
  [['simulate', 'p.json', '--since', '30'], undefined],
  [['simulate', 'p.json', '--since', '0d'], undefined],
  [['simulate', 'p.json', '--since', '367d'], undefined],
  [['simulate', 'p.json', '--since', '1.5d'], undefined],
  [['simulate', 'p.json', '--until', '1d'], undefined],
])('policy %j', (words, asked) => {
  expect(readAsked(words)).toEqual(asked);
});
