import { type Range, splitOf } from './range.js';

/**
 * The ranges whose roots prove that a leaf is in a tree, from the leaf upwards (RFC 9162, section 2.1.3.1).
 *
 * @param leaf from 0, below size
 */
export function inclusionPath(leaf: number, size: number): Range[] {
  const path: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (leaf < middle) {
      path.unshift({ start: middle, end });
      end = middle;
    } else {
      path.unshift({ start, end: middle });
      start = middle;
    }
  }
  return path;
}

/**
 * The ranges whose roots prove that a tree is the beginning of a larger one (RFC 9162, section 2.1.4.1).
 *
 * @param first leaves of the smaller tree, from 1
 * @returns none when both have the same size
 */
export function consistencyPath(first: number, size: number): Range[] {
  const path: Range[] = [];
  let [start, end] = [0, size];
  // Whether the subtree looked at is the whole of the smaller tree, whose root the verifier has.
  let known = true;
  while (end !== first) {
    const middle = start + splitOf(end - start);
    if (first <= middle) {
      path.unshift({ start: middle, end });
      end = middle;
    } else {
      path.unshift({ start, end: middle });
      start = middle;
      known = false;
    }
  }
  return known ? path : [{ start, end }, ...path];
}
