import { readCursor, writeCursor } from './cursor.js';
import { Keyring } from './keyring.js';

describe('a cursor', () => {
  const key = (id: string) => ({ id, key: Buffer.alloc(32, id) });
  const keyring = new Keyring([key('a')]);
  const query = { list: 'audit', account_id: 'u-1' };
  const position = { at: '2026-11-27T08:00:00.123456+00:00', id: '019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a' };
  const cursor = writeCursor(keyring, query, position);

  test('leads back to its position, also after a key rotation', () => {
    expect(readCursor(keyring, query, cursor)).toEqual(position);
    expect(readCursor(new Keyring([key('b'), key('a')]), query, cursor)).toEqual(position);
  });

  test.each([
    ['another list', { ...query, list: 'recoveries' }, cursor],
    ['another filter', { ...query, account_id: 'u-2' }, cursor],
    ['a filter more', { ...query, event: 'user_created' }, cursor],
    ['nothing', query, ''],
    ['half of it', query, cursor.slice(0, 20)],
    ['one character less', query, cursor.slice(0, -1)],
    ['padding', query, `${cursor}=`],
    ['a character that is not base64url', query, `${cursor.slice(0, 30)}!${cursor.slice(30)}`],
    ['another first byte', query, `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`],
    ['another position', query, `${cursor.slice(0, -4)}AAAA`],
    ['a cursor of another keyring', query, writeCursor(new Keyring([key('c')]), query, position)],
  ])('is refused with %s', (_name, of, text) => {
    expect(readCursor(keyring, of, text)).toBeUndefined();
  });
});
