import { disputedBy, type PastRecovery } from './disputed.js';

/** `A@1 mail`: recovery A, completed at 1 and proved with these authenticators. A trailing `.` means that its stop link has expired. */
const read = (text: string): PastRecovery => {
  const [head = '', ...authenticators] = text.split(' ');
  const [, id = '', at = '', over = ''] = /^(\w+)@(\d+)(\.?)$/.exec(head) ?? [];
  return { id, at: Number(at), authenticators, canBeStopped: over === '' };
};

describe('the recoveries that a stop takes back', () => {
  test.each([
    ['takes back the recovery of the link', 'A@1 mail', [], 'A'],
    ['takes back nothing where nothing was proved', 'A@1', ['B@2 mail'], ''],
    ['takes back every later recovery, with any proof', 'A@1 mail', ['B@2 sms', 'C@3 codes'], 'A B C'],
    ['spares a later attempt in which nothing was proved', 'A@1 mail', ['B@2'], 'A'],
    ['takes back the recovery before it by the same authenticator', 'B@2 mail', ['A@1 mail'], 'A B'],
    [
      'takes back the recovery before it by the same address, verified anew',
      'B@2 mail:2',
      ['A@1 mail:1'],
      'A B',
    ],
    ['spares the recovery before it by another authenticator', 'B@2 sms', ['A@1 mail'], 'B'],
    ['spares the recovery before it, once its link has expired', 'B@2 mail', ['A@1. mail'], 'B'],
    ['follows one shared authenticator to the next', 'C@3 sms', ['B@2 mail sms', 'A@1 mail'], 'A B C'],
    ['takes back everything between the first and the last', 'C@3 mail', ['B@2 sms', 'A@1 mail'], 'A B C'],
    ['ignores what only a later recovery shares', 'B@2 sms', ['A@1 mail', 'C@3 mail'], 'B C'],
    ['takes back two at the same moment', 'A@1 mail', ['B@1 sms'], 'A B'],
  ])('%s', (_name, stopped, others, expected) => {
    const taken = disputedBy(read(stopped), others.map(read));
    expect(taken.join(' ')).toBe(expected);
  });
});
