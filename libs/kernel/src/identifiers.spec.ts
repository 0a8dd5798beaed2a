import { isUuid, newSecret, uuidv7 } from './identifiers.js';

test('a UUID of version 7 carries its time and sorts by it', () => {
  const early = uuidv7(0x0123456789ab);
  expect(early.startsWith('01234567-89ab-7')).toBe(true);
  expect(isUuid(early)).toBe(true);
  expect(early < uuidv7(0x0123456789ac)).toBe(true);
  expect(isUuid(early.toUpperCase())).toBe(false);
});

test('a secret has 256 bits, each evenly distributed [ASVS 11.5.1]', () => {
  expect(Buffer.from(newSecret(), 'base64url')).toHaveLength(32);
  const ones = new Array<number>(256).fill(0);
  for (let n = 0; n < 2_000; n++)
    for (const [at, byte] of Buffer.from(newSecret(), 'base64url').entries())
      for (let bit = 0; bit < 8; bit++) ones[at * 8 + bit] = (ones[at * 8 + bit] ?? 0) + ((byte >> bit) & 1);
  // The expected count is a thousand, plus or minus seven standard deviations.
  expect(Math.min(...ones)).toBeGreaterThan(1_000 - 7 * Math.sqrt(500));
  expect(Math.max(...ones)).toBeLessThan(1_000 + 7 * Math.sqrt(500));
});
