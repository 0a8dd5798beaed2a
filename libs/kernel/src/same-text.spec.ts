import { isSameText } from './same-text.js';

test('a text equals itself and no other text, whatever the attempt is', () => {
  expect(isSameText('12345678', '12345678')).toBe(true);
  expect(isSameText('', '')).toBe(true);
  // Longer, shorter, another case, more bytes than characters, another form of the same letter, cut or padded.
  const others = [
    '123456789',
    '1234567',
    '',
    '1234567é',
    '１２３４５６７８',
    '12345678 ',
    '12345678\0',
    '87654321',
  ];
  expect(others.filter((shown) => isSameText(shown, '12345678'))).toEqual([]);
  expect(isSameText('é', 'e\u0301')).toBe(false);
});
