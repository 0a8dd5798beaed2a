import { expectPartWritten, expectWritten } from '../../../test/written.js';
import { drawStates, sourceStates, states, targetState, transitions } from './state-machine.js';

test('each transition has one target state', () => {
  expect(
    ['prove', 'complete', 'cancel', 'stop', 'invalidate', 'expire'].map((move) =>
      targetState(move as 'prove'),
    ),
  ).toEqual(['proven', 'completed', 'cancelled', 'stopped', 'stopped', 'expired']);
});

test('only a proven recovery completes, and no transition leaves a final state', () => {
  expect(sourceStates('complete')).toEqual(['proven']);
  expect(sourceStates('prove')).toEqual(['proving']);
  expect([transitions.cancelled, transitions.stopped, transitions.expired]).toEqual([{}, {}, {}]);
  expect(states.filter((state) => transitions[state].complete && state !== 'proven')).toEqual([]);
});

test('the diagram is as written', () => {
  expectWritten('libs/recovery/states.mmd', drawStates());
  const fenced = `\`\`\`mermaid\n${drawStates()}\`\`\``;
  expectPartWritten('docs/how-a-recovery-works.md', 'states', fenced);
});
