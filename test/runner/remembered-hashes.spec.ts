import { hashRawSync } from '@node-rs/argon2';
import { rememberHashes } from './remembered-hashes.js';

const cost = { memoryCost: 64, timeCost: 1, parallelism: 1 };
const salt = Buffer.alloc(16, 7);

/** Computes as the package does, and counts. */
function counted() {
  const computed: unknown[] = [];
  const argon2: Parameters<typeof rememberHashes>[0] = {
    hashRaw: async (...[text, options]: Parameters<typeof hashRawSync>) => {
      computed.push(text);
      return hashRawSync(text, options);
    },
    hash: async (text: string | Uint8Array) => {
      const parts = [salt, hashRawSync(text, { ...cost, salt })].map((part) => part.toString('base64'));
      return ['$argon2id$v=19$m=64,t=1,p=1', ...parts.map((part) => part.replace(/=+$/, ''))].join('$');
    },
  };
  rememberHashes(argon2);
  return { argon2, computed };
}

test('the same text, salt and cost are computed once, and every digest is the true one', async () => {
  const { argon2, computed } = counted();
  const all = [
    { text: 'one', options: { ...cost, salt } },
    { text: 'two', options: { ...cost, salt } },
    { text: 'one', options: { ...cost, salt: Buffer.alloc(16, 8) } },
    { text: 'one', options: { ...cost, salt: Buffer.alloc(17, 7) } },
    { text: 'one', options: { ...cost, salt, memoryCost: 128 } },
    { text: 'one', options: { ...cost, salt, timeCost: 2 } },
    { text: 'one', options: { ...cost, salt, outputLen: 16 } },
    { text: 'one', options: { ...cost, salt, algorithm: 0 } },
    { text: 'one', options: { ...cost, salt, version: 0 } },
  ];
  for (const round of [1, 2, 3])
    for (const { text, options } of all) {
      const digest = await argon2.hashRaw(text, options);
      expect([round, digest]).toEqual([round, hashRawSync(text, options)]);
      digest.fill(0);
    }
  expect(computed).toHaveLength(all.length);
  await argon2.hashRaw(Buffer.from('one'), { ...cost, salt });
  expect(computed).toHaveLength(all.length);
});

test('a hash with a salt of its own is known afterwards; one with a secret never is', async () => {
  const { argon2, computed } = counted();
  await argon2.hash('password', cost);
  expect(await argon2.hashRaw('password', { ...cost, salt })).toEqual(
    hashRawSync('password', { ...cost, salt }),
  );
  expect(computed).toEqual([]);
  const secret = Buffer.from('a key that is added');
  for (const _ of [1, 2]) await argon2.hashRaw('password', { ...cost, salt, secret });
  expect(computed).toHaveLength(2);
});
