import fc from 'fast-check';
import { emptyRoot, leafHash, nodeHash } from './hash.js';
import { consistencyPath, inclusionPath } from './proof.js';
import { nodesOf, type Range, rootOf, splitOf } from './range.js';
import { verifyConsistency, verifyInclusion } from './verify.js';

/** The tree as RFC 9162, section 2.1.1 defines it, word for word. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return emptyRoot;
  const [only] = leaves;
  if (leaves.length === 1 && only) return leafHash(only);
  const k = splitOf(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** PATH(m, D[n]) of RFC 9162, section 2.1.3.1. */
function naivePath(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...naivePath(m, left), naiveRoot(right)] : [...naivePath(m - k, right), naiveRoot(left)];
}

/** SUBPROOF(m, D[n], b) of RFC 9162, section 2.1.4.1. */
function naiveSubproof(m: number, leaves: readonly Buffer[], known: boolean): Buffer[] {
  if (m === leaves.length) return known ? [] : [naiveRoot(leaves)];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k
    ? [...naiveSubproof(m, left, known), naiveRoot(right)]
    : [...naiveSubproof(m - k, right, false), naiveRoot(left)];
}

const leavesOf = (size: number): Buffer[] => Array.from({ length: size }, (_, n) => Buffer.from(`leaf ${n}`));
const headOf = (leaves: readonly Buffer[]) => ({ size: leaves.length, root: naiveRoot(leaves) });
const hex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'));

/** The root of a range by its full subtrees, as a store of nodes would give them. */
const byNodes =
  (leaves: readonly Buffer[]) =>
  (range: Range): Buffer =>
    rootOf(
      nodesOf(range).map(({ level, index }) =>
        naiveRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
      ),
    );

const flip = (hash: Buffer, bit: number): Buffer => {
  const other = Buffer.from(hash);
  other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return other;
};

describe('the tree of RFC 9162', () => {
  // The leaves and roots of the tests of Google's certificate-transparency.
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  test.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
    [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
    [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('has, over the first %i of the published leaves, the published root', (size, root) => {
    const first = leaves.slice(0, size).map((leaf) => Buffer.from(leaf, 'hex'));
    expect(naiveRoot(first).toString('hex')).toBe(root);
    expect(byNodes(first)({ start: 0, end: size }).toString('hex')).toBe(root);
  });

  test('every path and every proof of every tree up to 40 leaves is that of the definition, and verifies', () => {
    for (let size = 1; size <= 40; size++) {
      const all = leavesOf(size);
      const root = byNodes(all);
      const head = headOf(all);
      expect(root({ start: 0, end: size }).equals(head.root)).toBe(true);
      for (let leaf = 0; leaf < size; leaf++) {
        const proof = inclusionPath(leaf, size).map(root);
        expect(hex(proof)).toEqual(hex(naivePath(leaf, all)));
        expect(verifyInclusion(proof, { hash: leafHash(all[leaf] as Buffer), leaf }, head)).toBe(true);
      }
      for (let first = 1; first <= size; first++) {
        const proof = consistencyPath(first, size).map(root);
        expect(hex(proof)).toEqual(hex(naiveSubproof(first, all, true)));
        expect(verifyConsistency(proof, headOf(all.slice(0, first)), head)).toBe(true);
      }
      expect(verifyConsistency([], headOf([]), head)).toBe(true);
    }
  });

  test('a proof of a large tree holds for its own leaf and tree alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 700 }),
        fc.nat(),
        fc.nat(),
        fc.nat({ max: 255 }),
        (size, at, other, bit) => {
          const all = leavesOf(size);
          const root = byNodes(all);
          const head = headOf(all);
          const leaf = at % size;
          const hash = leafHash(all[leaf] as Buffer);
          const proof = inclusionPath(leaf, size).map(root);
          expect(verifyInclusion(proof, { hash, leaf }, head)).toBe(true);
          expect(verifyInclusion(proof, { hash: flip(hash, bit), leaf }, head)).toBe(false);
          expect(verifyInclusion(proof, { hash, leaf }, { size, root: flip(head.root, bit) })).toBe(false);
          expect(verifyInclusion(proof.slice(1), { hash, leaf }, head)).toBe(false);
          expect(verifyInclusion([...proof, hash], { hash, leaf }, head)).toBe(false);
          const changed = proof.map((one, n) => (n === other % proof.length ? flip(one, bit) : one));
          expect(verifyInclusion(changed, { hash, leaf }, head)).toBe(false);
          const elsewhere = other % size;
          expect(verifyInclusion(proof, { hash, leaf: elsewhere }, head)).toBe(elsewhere === leaf);
        },
      ),
    );
  });

  test('a proof of consistency holds for its own two trees alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 700 }),
        fc.nat(),
        fc.nat(),
        fc.nat({ max: 255 }),
        (size, at, other, bit) => {
          const all = leavesOf(size);
          const root = byNodes(all);
          const first = 1 + (at % (size - 1));
          const [before, after] = [headOf(all.slice(0, first)), headOf(all)];
          const proof = consistencyPath(first, size).map(root);
          expect(verifyConsistency(proof, before, after)).toBe(true);
          expect(verifyConsistency(proof, { ...before, root: flip(before.root, bit) }, after)).toBe(false);
          expect(verifyConsistency(proof, before, { ...after, root: flip(after.root, bit) })).toBe(false);
          expect(verifyConsistency(proof, after, before)).toBe(false);
          const changed = proof.map((one, n) => (n === other % proof.length ? flip(one, bit) : one));
          expect(verifyConsistency(changed, before, after)).toBe(false);
          // A leaf of the first tree that is another one in the second.
          const edited = all.map((one, n) => (n === other % first ? Buffer.from('edited') : one));
          const forged = consistencyPath(first, size).map(byNodes(edited));
          expect(verifyConsistency(forged, before, headOf(edited))).toBe(false);
        },
      ),
    );
  });
});
