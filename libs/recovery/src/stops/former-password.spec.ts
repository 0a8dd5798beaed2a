import { type FormerPassword, passwordBefore } from './former-password.js';

/** `R2<R1`: recovery R2 has retained a password that R1 had set; `R1<`: one that no recovery had set. */
const formersOf = (text: string): FormerPassword[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((one) => {
      const [recovery = '', setBy = ''] = one.split('<');
      return { recovery, setBy: setBy || null };
    });

describe('the password that is restored when recoveries are taken back', () => {
  test.each([
    ['no recovery set it: untouched', null, 'R1<', ['R1'], 'untouched'],
    ['management put a newer one: untouched', null, 'R1< R2<R1', ['R1', 'R2'], 'untouched'],
    ['another recovery set it: untouched', 'R9', 'R1<', ['R1'], 'untouched'],
    ['one recovery: the one before it', 'R1', 'R1<', ['R1'], 'R1'],
    ['the stop link has expired: none', 'R1', '', ['R1'], 'none'],
    ['two recoveries: the one before both', 'R2', 'R1< R2<R1', ['R1', 'R2'], 'R1'],
    ['the newer of two: the one that the older set', 'R2', 'R1< R2<R1', ['R2'], 'R2'],
    ['management in between: the one that it put', 'R2', 'R1< R2<', ['R1', 'R2'], 'R2'],
    [
      'the stop link of the oldest of three has expired: none',
      'R3',
      'R2<R1 R3<R2',
      ['R1', 'R2', 'R3'],
      'none',
    ],
    ['a row that refers to itself: none', 'R1', 'R1<R1', ['R1'], 'none'],
  ] as const)('%s', (_name, current, formers, takenBack, expected) => {
    const found = passwordBefore(current, formersOf(formers), takenBack);
    expect(typeof found === 'string' ? found : found.recovery).toBe(expected);
  });
});
