import { emptyRoot, nodeHash } from './hash.js';

/** The leaves from `start` up to, and without, `end`. */
export interface Range {
  start: number;
  end: number;
}

/** The root of the 2^level leaves that begin at index * 2^level. */
export interface Node {
  level: number;
  index: number;
}

/** The largest power of two that is smaller than `size`, which is at least 2: where RFC 9162 splits a tree. */
export function splitOf(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/**
 * The full subtrees that a range consists of, from the left. It may be one that proofs are made of: it begins where a subtree of its
 * size may begin, and only the last one of a tree is ragged.
 */
export function nodesOf({ start, end }: Range): Node[] {
  const nodes: Node[] = [];
  let at = start;
  while (at < end) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      level++;
      width *= 2;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The root over the hashes of a full subtree: a power of two of them. */
export function fullRootOf(hashes: readonly Buffer[]): Buffer {
  let level = hashes;
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, n) =>
      nodeHash(level[2 * n] as Buffer, level[2 * n + 1] as Buffer),
    );
  }
  return level[0] ?? emptyRoot;
}

/** The root over the roots that {@link nodesOf} names: they are joined from the right, as RFC 9162 splits from the left. */
export function rootOf(subtrees: readonly Buffer[]): Buffer {
  return subtrees.length === 0 ? emptyRoot : subtrees.reduceRight((right, left) => nodeHash(left, right));
}
