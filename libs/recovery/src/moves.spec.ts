import { expectPartWritten, expectWritten } from '../../../test/written.js';
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

test('the diagram is as written', () => {
  expectWritten('libs/recovery/moves.mmd', drawMoves());
  const fenced = `\`\`\`mermaid\n${drawMoves()}\`\`\``;
  expectPartWritten('docs/how-a-recovery-works.md', 'states', fenced);
});
