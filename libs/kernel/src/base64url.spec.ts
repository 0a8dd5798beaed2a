import { randomBytes } from 'node:crypto';
import { readBase64url } from './base64url.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test.each([0, 1, 2, 3, 16, 32, 56])('%i bytes have one accepted encoding only', (length) => {
  const text = randomBytes(length).toString('base64url');
  expect(readBase64url(text)?.toString('base64url')).toBe(text);
  const lasts = [...alphabet].map((last) => text.slice(0, -1) + last);
  const sameBytes = lasts.filter(
    (other) => length > 0 && Buffer.from(other, 'base64url').equals(Buffer.from(text, 'base64url')),
  );
  expect(sameBytes.filter((other) => readBase64url(other) !== undefined)).toEqual(length > 0 ? [text] : []);
});

test.each(['+w', '/w', '_w==', '_w\n', ' _w', 'a'])('%j is not accepted', (text) => {
  expect(readBase64url(text)).toBeUndefined();
});
