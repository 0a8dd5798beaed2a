import { emptyRoot, nodeHash } from './hash.js';

/** What a proof is about: a tree of so many leaves, and its root. */
export interface TreeHead {
  size: number;
  root: Buffer;
}

/** An even number: it has a sibling to its right. */
const isLeft = (index: number): boolean => index % 2 === 0;
const up = (index: number): number => Math.floor(index / 2);

/**
 * Whether a proof shows that a leaf is in a tree (RFC 9162, section 2.1.3.2).
 *
 * @param hash of the leaf
 * @param leaf its index, from 0
 */
export function verifyInclusion(
  proof: readonly Buffer[],
  { hash, leaf }: { hash: Buffer; leaf: number },
  { size, root }: TreeHead,
): boolean {
  if (leaf >= size) return false;
  let [node, last, reached] = [leaf, size - 1, hash];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (!isLeft(node) || node === last) {
      reached = nodeHash(sibling, reached);
      // A ragged edge has no siblings for some levels.
      while (isLeft(node) && node !== 0) [node, last] = [up(node), up(last)];
    } else {
      reached = nodeHash(reached, sibling);
    }
    [node, last] = [up(node), up(last)];
  }
  return last === 0 && reached.equals(root);
}

/** Whether a proof shows that a tree begins with the leaves of a smaller one, in the same order (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(proof: readonly Buffer[], first: TreeHead, second: TreeHead): boolean {
  if (first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  if (first.size === 0) return proof.length === 0 && first.root.equals(emptyRoot);
  // The root of a full tree is a node of the larger one, so the proof leaves it out.
  const isFull = Number.isInteger(Math.log2(first.size));
  const [start, ...rest] = isFull ? [first.root, ...proof] : proof;
  if (!start) return false;
  let [node, last] = [first.size - 1, second.size - 1];
  while (!isLeft(node)) [node, last] = [up(node), up(last)];
  let [before, after] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (!isLeft(node) || node === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (isLeft(node) && node !== 0) [node, last] = [up(node), up(last)];
    } else {
      after = nodeHash(after, sibling);
    }
    [node, last] = [up(node), up(last)];
  }
  return last === 0 && before.equals(first.root) && after.equals(second.root);
}
