import { isStream, originOf } from './requests.js';

describe('the origin of a request', () => {
  test.each([
    ['https://api.example.com/x', 'https://api.example.com'],
    ['https://api.example.com:443', 'https://api.example.com'],
    ['  https://evil.example/x', 'https://evil.example'],
    ['https://api.example.com@evil.example/', 'https://evil.example'],
    ['https://api.example.com\\@evil.example/', 'https://api.example.com'],
    ['//evil.example/x', 'https://evil.example'],
    ['/x', 'https://shop.example'],
    ['data:text/plain,x', undefined],
    ['file:///etc/hosts', undefined],
    ['https://', undefined],
  ])('%j goes to %s', (url, origin) => {
    expect(originOf(url, 'https://shop.example/cart')).toBe(origin);
  });

  test.each([
    ['https://api.example.com/x', 'https://api.example.com'],
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com@evil.example/', undefined],
    ['https://api.example.com\\@evil.example/', undefined],
    [' https://api.example.com/', undefined],
    ['HTTPS://api.example.com/', undefined],
    ['/x', undefined],
  ])('without an origin in URL, as in React Native, %j goes to %s', (url, origin) => {
    const real = globalThis.URL;
    try {
      globalThis.URL = class {
        get origin(): string {
          throw new Error('URL.origin is not implemented');
        }
      } as unknown as typeof URL;
      expect(originOf(url, undefined)).toBe(origin);
    } finally {
      globalThis.URL = real;
    }
  });

  test('a body that can be read once is a stream, also without ReadableStream', async () => {
    const real = globalThis.ReadableStream;
    const stream = new ReadableStream();
    async function* lines() {
      yield 'x';
    }
    try {
      Reflect.deleteProperty(globalThis, 'ReadableStream');
      expect([stream, lines()].map(isStream)).toEqual([true, true]);
      const others = [
        'x',
        new URLSearchParams(),
        new Blob([]),
        new FormData(),
        new Uint8Array(),
        null,
        undefined,
      ];
      expect(others.map(isStream)).toEqual(others.map(() => false));
    } finally {
      globalThis.ReadableStream = real;
    }
  });
});
