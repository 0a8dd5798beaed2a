import { randomBytes } from 'node:crypto';
import { backupCodeShape, makeBackupCodes, matchBackupCode, plainBackupCode } from './backup-code.js';

const hex = (bytes: Buffer) => bytes.toString('hex');

describe('backup codes', () => {
  test('ten codes have 80 bits each, and are stored as salted argon2id only [NIST 4.2.1.1, NIST 3.1.2.2, ASVS 6.5.2]', async () => {
    const { codes, salt, digests } = await makeBackupCodes();
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(16 * Math.log2(32)).toBe(backupCodeShape.bits);
    expect(salt.length).toBeGreaterThanOrEqual(4);
    expect(digests.every((digest) => digest.length === 32)).toBe(true);
    const again = await makeBackupCodes();
    expect(hex(again.salt)).not.toBe(hex(salt));
    expect(again.codes).not.toEqual(codes);
    const random = randomBytes(160);
    const [first, second] = await Promise.all([makeBackupCodes(random), makeBackupCodes(random)]);
    expect(second.codes).toEqual(first.codes);
    expect(new Set(first.codes).size).toBe(10);
    expect(hex(second.salt)).not.toBe(hex(first.salt));
  });

  test('a typed backup code is found once; its use removes its digest', async () => {
    const { codes, salt, digests } = await makeBackupCodes();
    const evidence = { id: 'a', salt: hex(salt), digests: digests.map(hex) };
    const typed = ` ${codes[3]?.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    const digest = await matchBackupCode(typed, evidence);
    expect(digest && hex(digest)).toBe(digests[3] && hex(digests[3]));
    const left = { ...evidence, digests: evidence.digests.filter((_one, at) => at !== 3) };
    expect(await matchBackupCode(typed, left)).toBeUndefined();
    expect(await matchBackupCode(`My backup code: “\u2066${codes[3]}\u2069”`, evidence)).toBeDefined();
    expect(await matchBackupCode(`${codes[3]}\n${codes[4]}`, evidence)).toBeUndefined();
    expect(await matchBackupCode('AAAA-AAAA-AAAA-AAAA', evidence)).toBeUndefined();
    expect(await matchBackupCode('', undefined)).toBeUndefined();
  });

  test('characters are evenly distributed', async () => {
    const sets = await Promise.all(Array.from({ length: 8 }, () => makeBackupCodes()));
    const all = sets
      .flatMap(({ codes }) => codes)
      .map(plainBackupCode)
      .join('');
    const counts = new Map<string, number>();
    for (const character of all) counts.set(character, (counts.get(character) ?? 0) + 1);
    const expected = all.length / 32;
    const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(32);
    // With 31 degrees of freedom a value above 72 occurs once in 30,000 runs.
    expect(chi2).toBeLessThan(72);
  });
});
