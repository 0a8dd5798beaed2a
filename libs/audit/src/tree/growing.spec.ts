import { GrowingTree } from './growing.js';
import { leafHash } from './hash.js';
import { fullRootOf, nodesOf, rootOf } from './range.js';

const hashes = Array.from({ length: 300 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));
const rootsOf = (size: number): Buffer[] =>
  nodesOf({ start: 0, end: size }).map(({ level, index }) =>
    fullRootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)),
  );

describe('a tree that is read leaf by leaf', () => {
  test('has the root of every size that it passes, and goes on from any', () => {
    const whole = new GrowingTree();
    for (const [size, hash] of hashes.entries()) {
      expect(whole.root().equals(rootOf(rootsOf(size)))).toBe(true);
      const later = new GrowingTree(size, rootsOf(size));
      later.add(hash);
      whole.add(hash);
      expect(later.root().equals(whole.root())).toBe(true);
      expect(later.size).toBe(size + 1);
    }
  });

  test('does not begin with another number of subtrees than its size has', () => {
    expect(() => new GrowingTree(3, rootsOf(2))).toThrow('3 leaves are 2 full subtrees, not 1');
  });
});
