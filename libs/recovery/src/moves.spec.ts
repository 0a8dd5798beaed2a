import { readFileSync, writeFileSync } from 'node:fs';
import { drawMoves, moves, stateAfter, states, statesBefore } from './moves.js';

test('every move has one outcome', () => {
  expect(['prove', 'settle', 'cancel', 'stop', 'expire'].map((move) => stateAfter(move as 'prove'))).toEqual([
    'proven',
    'settled',
    'stopped',
    'stopped',
    'expired',
  ]);
});

test('only a proven recovery settles, and nothing leaves an end', () => {
  expect(statesBefore('settle')).toEqual(['proven']);
  expect(statesBefore('prove')).toEqual(['proving']);
  expect([moves.stopped, moves.expired]).toEqual([{}, {}]);
  expect(states.filter((state) => moves[state].settle && state !== 'proven')).toEqual([]);
});

test('the diagram is that of the table (run with REWRITE=1 to write it)', () => {
  const file = 'libs/recovery/moves.mmd';
  if (process.argv.includes('--ci=false')) writeFileSync(file, drawMoves());
  expect(readFileSync(file, 'utf8')).toBe(drawMoves());
});
