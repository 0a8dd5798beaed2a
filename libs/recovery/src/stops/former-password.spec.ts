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

describe('which password comes back when recoveries are taken back', () => {
  test.each([
    ['nobody set it', null, 'R1<', ['R1'], 'untouched'],
    ['management put it since', null, 'R1< R2<R1', ['R1', 'R2'], 'untouched'],
    ['another recovery set it', 'R9', 'R1<', ['R1'], 'untouched'],
    ['one recovery', 'R1', 'R1<', ['R1'], 'R1'],
    ['its recovery is past its stop link', 'R1', '', ['R1'], 'none'],
    ['two recoveries: the one from before both', 'R2', 'R1< R2<R1', ['R1', 'R2'], 'R1'],
    ['the newer of two: what the older has set', 'R2', 'R1< R2<R1', ['R2'], 'R2'],
    ['management in between: what it put', 'R2', 'R1< R2<', ['R1', 'R2'], 'R2'],
    ['the oldest of three is past its stop link', 'R3', 'R2<R1 R3<R2', ['R1', 'R2', 'R3'], 'none'],
    ['rows that lead back to themselves', 'R1', 'R1<R1', ['R1'], 'none'],
  ] as const)('%s', (_name, current, formers, takenBack, expected) => {
    const found = passwordBefore(current, formersOf(formers), takenBack);
    expect(typeof found === 'string' ? found : found.recovery).toBe(expected);
  });
});
