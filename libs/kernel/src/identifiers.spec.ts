import { isUuid, newSecret, uuidv7 } from './identifiers.js';

test('a uuid of version 7 carries its time and sorts by it', () => {
  const early = uuidv7(0x0123456789ab);
  expect(early.startsWith('01234567-89ab-7')).toBe(true);
  expect(isUuid(early)).toBe(true);
  expect(early < uuidv7(0x0123456789ac)).toBe(true);
  expect(isUuid(early.toUpperCase())).toBe(false);
});

test('a secret has 256 bits', () => {
  expect(Buffer.from(newSecret(), 'base64url')).toHaveLength(32);
  expect(newSecret()).not.toBe(newSecret());
});
