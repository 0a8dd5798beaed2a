import { disputedBy, type PastRecovery } from './disputed.js';

/** `A@1 mail`: recovery A, completed at 1 and proved with these authenticators. A trailing `.` means that its stop link has expired. */
const read = (text: string): PastRecovery => {
  const [head = '', ...authenticators] = text.split(' ');
  const [, id = '', at = '', over = ''] = /^(\w+)@(\d+)(\.?)$/.exec(head) ?? [];
  return { id, at: Number(at), authenticators, canBeStopped: over === '' };
};

describe('what a stop takes back', () => {
  test.each([
    ['the recovery of the link', 'A@1 mail', [], 'A'],
    ['nothing, where nothing was proved', 'A@1', ['B@2 mail'], ''],
    ['every later one, whatever proved it', 'A@1 mail', ['B@2 sms', 'C@3 codes'], 'A B C'],
    ['no later attempt in which nothing was proved', 'A@1 mail', ['B@2'], 'A'],
    ['the one before, by the same hand', 'B@2 mail', ['A@1 mail'], 'A B'],
    ['the one before, by the same address confirmed anew', 'B@2 mail:2', ['A@1 mail:1'], 'A B'],
    ['not the one before, by another hand', 'B@2 sms', ['A@1 mail'], 'B'],
    ['not the one before, once its link has run out', 'B@2 mail', ['A@1. mail'], 'B'],
    ['one hand that leads to another', 'C@3 sms', ['B@2 mail sms', 'A@1 mail'], 'A B C'],
    ['what lies between', 'C@3 mail', ['B@2 sms', 'A@1 mail'], 'A B C'],
    ['not what only a later one has in common', 'B@2 sms', ['A@1 mail', 'C@3 mail'], 'B C'],
    ['two at the same moment', 'A@1 mail', ['B@1 sms'], 'A B'],
  ])('%s', (_name, stopped, others, expected) => {
    const taken = disputedBy(read(stopped), others.map(read));
    expect(taken.join(' ')).toBe(expected);
  });
});
