import { expectPartWritten, expectWritten } from '../../../test/written.js';
import { drawMoves, moves, stateAfter, states, statesBefore } from './moves.js';

test('every move has one outcome', () => {
  expect(
    ['prove', 'complete', 'cancel', 'stop', 'invalidate', 'expire'].map((move) =>
      stateAfter(move as 'prove'),
    ),
  ).toEqual(['proven', 'completed', 'cancelled', 'stopped', 'stopped', 'expired']);
});

test('only a proven recovery completes, and nothing leaves an end', () => {
  expect(statesBefore('complete')).toEqual(['proven']);
  expect(statesBefore('prove')).toEqual(['proving']);
  expect([moves.cancelled, moves.stopped, moves.expired]).toEqual([{}, {}, {}]);
  expect(states.filter((state) => moves[state].complete && state !== 'proven')).toEqual([]);
});

test('the diagram is as written', () => {
  expectWritten('libs/recovery/moves.mmd', drawMoves());
  const fenced = `\`\`\`mermaid\n${drawMoves()}\`\`\``;
  expectPartWritten('docs/how-a-recovery-works.md', 'states', fenced);
});
