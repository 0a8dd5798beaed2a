import { generateSync } from 'otplib';
import { newTotpSecret, totpStep, totpUri } from './totp.js';

/** RFC 6238 appendix B has eight digits; ours are the last six of them (RFC 4226 §5.3). */
const seed = Buffer.from('12345678901234567890');
const vectors = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
] as const;
const others = [
  ['sha256', 32, ['46119246', '68084774', '67062674', '91819424', '90698825', '77737706']],
  ['sha512', 64, ['90693936', '25091201', '99943326', '93441116', '38618901', '47863826']],
] as const;

describe('an authenticator app', () => {
  test.each(vectors)('the vector of RFC 6238 appendix B at %i s is %s [NIST 3.1.4.1]', (seconds, code) => {
    expect(totpStep(seed, code.slice(2), seconds * 1000)).toBe(Math.floor(seconds / 30));
    expect(generateSync({ strategy: 'totp', secret: seed, epoch: seconds, digits: 8 })).toBe(code);
  });

  test.each(others)('the library passes the vectors of %s', (algorithm, length, codes) => {
    const secret = Buffer.from('1234567890'.repeat(7).slice(0, length));
    const made = vectors.map(([seconds]) =>
      generateSync({ strategy: 'totp', secret, epoch: seconds, digits: 8, algorithm }),
    );
    expect(made).toEqual(codes);
  });

  const code = (at: number) => generateSync({ strategy: 'totp', secret: seed, epoch: at });
  const now = 1_800_000_015;

  test('the current step and the one before it are right, no other; spaces do not count [ASVS 6.5.5]', () => {
    const steps = [-60, -30, 0, 30, 60].map((shift) => totpStep(seed, code(now + shift), now * 1000));
    expect(steps).toEqual([undefined, Math.floor(now / 30) - 1, Math.floor(now / 30), undefined, undefined]);
    expect(totpStep(seed, ` ${code(now).slice(0, 3)} ${code(now).slice(3)}`, now * 1000)).toBeDefined();
    const persian = code(now).replace(/\d/g, (digit) => String.fromCodePoint(0x6f0 + Number(digit)));
    expect(totpStep(seed, `\u2066${persian}\u2069`, now * 1000)).toBeDefined();
  });

  test('an accepted step is never accepted again, and neither is an earlier one [ASVS 6.5.1]', () => {
    const step = Math.floor(now / 30);
    expect(totpStep(seed, code(now), now * 1000, step)).toBeUndefined();
    expect(totpStep(seed, code(now - 30), now * 1000, step)).toBeUndefined();
    expect(totpStep(seed, code(now), now * 1000, step - 1)).toBe(step);
  });

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６', '12345६', '123456 654321'])(
    '%j is refused without an error',
    (typed) => {
      expect(totpStep(seed, typed, now * 1000)).toBeUndefined();
    },
  );

  test('a secret has 160 bits, and an app reads it from the otpauth URL', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(secret);
    const uri = new URL(totpUri({ secret, service: 'A & B', label: 'ada@example.com' }));
    expect(uri.protocol).toBe('otpauth:');
    expect(decodeURIComponent(uri.pathname)).toContain('A & B:ada@example.com');
    expect(uri.searchParams.get('secret')).toBe(secret);
  });
});
