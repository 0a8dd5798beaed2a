import { randomBytes } from 'node:crypto';
import { Keyring } from './keyring.js';

const key = (id: string) => ({ id, key: randomBytes(32) });

describe('Keyring', () => {
  const older = key('2025');
  const newer = key('2026');
  const before = new Keyring([older]);
  const after = new Keyring([newer, older]);

  test('opens what it sealed, under the newest key', () => {
    const sealed = after.seal('mei@example.com', 'row-1');
    expect(after.open(sealed, 'row-1').toString()).toBe('mei@example.com');
    expect(sealed.includes('mei@example.com')).toBe(false);
    expect(sealed.subarray(2, 6).toString()).toBe('2026');
  });

  test('still opens what an older key sealed, and not without that key', () => {
    const sealed = before.seal('x', 'row-1');
    expect(after.open(sealed, 'row-1').toString()).toBe('x');
    expect(() => new Keyring([newer]).open(sealed, 'row-1')).toThrow('does not hold');
  });

  test('refuses a value moved to another row', () => {
    expect(() => after.open(after.seal('x', 'row-1'), 'row-2')).toThrow();
  });

  test('AES-256-GCM: refuses every single changed byte [ASVS 11.3.2]', () => {
    const sealed = after.seal('secret', 'row-1');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => after.open(changed, 'row-1')).toThrow();
    }
  });

  test('finds under every key what was digested under one, and keeps purposes apart', () => {
    const digest = before.mac('address', 'mei@example.com');
    expect(after.isMac(digest, 'address', 'mei@example.com')).toBe(true);
    expect(after.isMac(digest, 'identifier', 'mei@example.com')).toBe(false);
    expect(after.macs('address', 'mei@example.com')[1]).toEqual(digest);
  });

  test('what is kept of a secret says under which key, and is found also as it was kept before it said so', () => {
    const kept = before.digest('client-secret', 'a secret');
    expect(kept.subarray(2, 6).toString()).toBe('2025');
    expect(after.keyIds).toEqual(['2026', '2025']);
    for (const form of [
      kept,
      before.mac('client-secret', 'a secret'),
      after.digest('client-secret', 'a secret'),
    ]) {
      expect(after.isDigest(form, 'client-secret', 'a secret')).toBe(true);
      expect(after.digests('client-secret', 'a secret').some((each) => each.equals(form))).toBe(true);
      expect(after.isDigest(form, 'client-secret', 'another')).toBe(false);
      expect(after.isDigest(form, 'refresh-token', 'a secret')).toBe(false);
    }
    expect(before.isDigest(after.digest('client-secret', 'a secret'), 'client-secret', 'a secret')).toBe(
      false,
    );
  });

  test('derives the same material again under the key it names, and none under one that is gone', () => {
    const material = before.derive('code', 'recovery-1');
    expect(after.derive('code', 'recovery-1', { keyId: '2025' })).toEqual(material);
    expect(after.derive('code', 'recovery-1')).not.toEqual(material);
    expect(after.derive('code', 'recovery-2', { keyId: '2025' })).not.toEqual(material);
    expect(after.derive('code', 'recovery-1', { keyId: '1999' })).toBeUndefined();
  });

  test.each([
    ['no key', [], 'at least one'],
    ['a short key', [{ id: 'a', key: Buffer.alloc(16) }], 'has 16 bytes'],
    ['a strange id', [{ id: 'a b', key: Buffer.alloc(32) }], 'key id'],
    ['one id twice', [key('a'), key('a')], 'same id'],
  ])('refuses %s', (_name, keys, message) => {
    expect(() => new Keyring(keys)).toThrow(message);
  });
});
