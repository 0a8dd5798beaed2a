import { randomBytes } from 'node:crypto';
import { sealedBefore } from '../../../test/flows/sealed-before.js';
import { Keyring, sealHeader } from './keyring.js';
import { associatedData, type SealedAs } from './sealed-as.js';

const key = (id: string) => ({ id, key: randomBytes(32) });

describe('Keyring', () => {
  const older = key('2025');
  const newer = key('2026');
  const before = new Keyring([older]);
  const after = new Keyring([newer, older]);

  const address = {
    column: 'addresses.sealed',
    id: '0197f0a0-0000-7000-8000-000000000001',
    account: 'mei',
  } as const;

  test('opens a value that it sealed, under the newest key', () => {
    const sealed = after.seal('mei@example.com', address);
    expect(after.open(sealed, address).toString()).toBe('mei@example.com');
    expect(sealed.includes('mei@example.com')).toBe(false);
    expect(sealed.subarray(2, 6).toString()).toBe('2026');
    expect(sealed.subarray(0, 6)).toEqual(sealHeader('2026'));
  });

  test('opens a value under an older key, but not without that key', () => {
    const sealed = before.seal('x', address);
    expect(after.open(sealed, address).toString()).toBe('x');
    expect(() => new Keyring([newer]).open(sealed, address)).toThrow('does not hold');
  });

  test.each<[string, SealedAs]>([
    ['row', { ...address, id: '0197f0a0-0000-7000-8000-000000000002' }],
    ['account', { ...address, account: 'ada' }],
    ['column', { ...address, column: 'authenticators.secret_sealed' }],
    ['column of rows that belong to nobody', { column: 'recoveries.identifier_sealed', id: address.id }],
    ['use', { use: 'page-cookie/device' }],
    ['row whose id contains a separator', { ...address, id: `${address.id}","account","mei` }],
  ])('refuses a value moved to another %s, and names no account', (_what, as) => {
    const sealed = after.seal('x', address);
    expect(() => after.open(sealed, as)).toThrow(
      /^[\w./-]+: a sealed value was changed, or belongs elsewhere$/,
    );
    expect(after.openUnlessAltered(sealed, as)).toBeUndefined();
  });

  test('a value whose key is missing is not reported as altered, and opens once the key is back', () => {
    const ring = new Keyring([newer]);
    expect(() => ring.openUnlessAltered(before.seal('x', address), address)).toThrow('does not hold');
    expect(after.openUnlessAltered(before.seal('x', address), address)?.toString()).toBe('x');
  });

  test('opens values of earlier releases, which are bound to their row alone', () => {
    const row = sealedBefore(after, 'x', address.id);
    expect(after.open(row, address).toString()).toBe('x');
    expect(() => after.open(row, { ...address, id: '0197f0a0-0000-7000-8000-000000000002' })).toThrow(
      'belongs elsewhere',
    );
    const hash = { column: 'accounts.password_hash', id: 'mei', account: 'mei' } as const;
    expect(after.open(sealedBefore(after, 'x', 'accounts.password_hash mei'), hash).toString()).toBe('x');
    const cookie = { use: 'page-cookie/link' } as const;
    const ofCookie = sealedBefore(after, 'x', cookie.use);
    expect(after.open(ofCookie, cookie).toString()).toBe('x');
    // An attacker who can write rows gives one of them the name of a cookie.
    const planted = { column: 'signing_keys.private_sealed', id: cookie.use } as const;
    expect(() => after.open(ofCookie, planted)).toThrow('belongs elsewhere');
  });

  test('refuses a value whose version byte was rewritten', () => {
    const sealed = after.seal('x', address);
    sealed[0] = 1;
    expect(() => after.open(sealed, address)).toThrow('belongs elsewhere');
    // Bound to the same text as the other version: only the key tells them apart.
    const before = sealedBefore(after, 'x', associatedData(address));
    before[0] = 2;
    expect(() => after.open(before, address)).toThrow('belongs elsewhere');
  });

  test('AES-256-GCM refuses every single changed byte [ASVS 11.3.2]', () => {
    const sealed = after.seal('secret', address);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => after.open(changed, address)).toThrow();
    }
  });

  test('finds a digest under every key, and keeps purposes apart', () => {
    const digest = before.mac('address', 'mei@example.com');
    expect(after.isMac(digest, 'address', 'mei@example.com')).toBe(true);
    expect(after.isMac(digest, 'identifier', 'mei@example.com')).toBe(false);
    expect(after.macs('address', 'mei@example.com')[1]).toEqual(digest);
  });

  test('the digest of a secret names its key, and is found also in the form without a key id', () => {
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

  test('derives the same material under the named key, and none under a missing key', () => {
    const material = before.derive('code', 'recovery-1');
    expect(after.derive('code', 'recovery-1', { keyId: '2025' })).toEqual(material);
    expect(after.derive('code', 'recovery-1')).not.toEqual(material);
    expect(after.derive('code', 'recovery-2', { keyId: '2025' })).not.toEqual(material);
    expect(after.derive('code', 'recovery-1', { keyId: '1999' })).toBeUndefined();
  });

  test.each([
    ['no key', [], 'at least one'],
    ['a short key', [{ id: 'a', key: Buffer.alloc(16) }], 'has 16 bytes'],
    ['an invalid id', [{ id: 'a b', key: Buffer.alloc(32) }], 'key id'],
    ['one id twice', [key('a'), key('a')], 'same id'],
  ])('refuses %s', (_name, keys, message) => {
    expect(() => new Keyring(keys)).toThrow(message);
  });
});
