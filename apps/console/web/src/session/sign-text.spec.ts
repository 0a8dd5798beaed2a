import { createHash } from 'node:crypto';
import { digestOf, OtherTextError, signText } from './sign-text.js';

describe('signing a text', () => {
  test.each(['', '{"account":"u-1"}', '核实身份 ✓'])('the digest of %j is its SHA-256', async (text) => {
    expect(await digestOf(text)).toBe(createHash('sha256').update(text).digest('base64url'));
  });

  test('a challenge that is not the digest of the text is signed by nobody', async () => {
    const shown = '{"account":"u-1"}';
    const challenge = await digestOf('{"account":"u-2"}');
    await expect(signText({ text: shown, options: { challenge } })).rejects.toThrow(OtherTextError);
  });
});
