import { nodeHash } from './hash.js';
import { nodesOf, rootOf } from './range.js';

/** A tree that is read leaf by leaf: it keeps the roots of its full subtrees only, about one a doubling. */
export class GrowingTree {
  readonly #subtrees: { level: number; hash: Buffer }[];
  #size: number;

  /**
   * @param size leaves that came before
   * @param roots of the full subtrees that they consist of, from the left
   * @throws {RangeError} when it takes another number of them
   */
  constructor(size = 0, roots: readonly Buffer[] = []) {
    const nodes = nodesOf({ start: 0, end: size });
    if (nodes.length !== roots.length)
      throw new RangeError(`${size} leaves are ${nodes.length} full subtrees, not ${roots.length}`);
    this.#subtrees = nodes.map(({ level }, n) => ({ level, hash: roots[n] as Buffer }));
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  add(hash: Buffer): void {
    let added = { level: 0, hash };
    for (let left = this.#subtrees.at(-1); left?.level === added.level; left = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      added = { level: left.level + 1, hash: nodeHash(left.hash, added.hash) };
    }
    this.#subtrees.push(added);
    this.#size++;
  }

  root(): Buffer {
    return rootOf(this.#subtrees.map(({ hash }) => hash));
  }
}
