import fc from 'fast-check';
import { leafHash } from './hash.js';
import { consistencyPath, inclusionPath } from './proof.js';
import { fullRootOf, nodesOf, type Range, rootOf } from './range.js';
import {
  type Edge,
  edgeTiles,
  emptyEdge,
  grow,
  hashOf,
  rootOfEdge,
  type Tile,
  type TilePlace,
  tileOf,
} from './tile.js';
import { verifyConsistency, verifyInclusion } from './verify.js';

const hashesOf = (from: number, count: number): Buffer[] =>
  Array.from({ length: count }, (_, n) => leafHash(Buffer.from(`leaf ${from + n}`)));

/** A store of tiles, as the database is one. */
class Tiles {
  readonly #tiles = new Map<string, Buffer>();
  edge: Edge = emptyEdge;

  add(count: number): Tile[] {
    const { edge, tiles } = grow(this.edge, hashesOf(this.edge.size, count));
    for (const { level, index, hashes } of tiles) this.#tiles.set(`${level}/${index}`, Buffer.from(hashes));
    this.edge = edge;
    return tiles;
  }

  at({ level, index }: TilePlace): Buffer {
    const tile = this.#tiles.get(`${level}/${index}`);
    if (!tile) throw new Error(`no tile ${level}/${index}`);
    return tile;
  }

  readonly root = (range: Range): Buffer =>
    rootOf(nodesOf(range).map((node) => hashOf(node, this.at(tileOf(node)))));

  head = () => ({ size: this.edge.size, root: this.root({ start: 0, end: this.edge.size }) });
}

describe('the tiles of the tree', () => {
  test('a tree that grows in steps of any size has the roots of one that grew at once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 6 }), (steps) => {
        const tiles = new Tiles();
        for (const count of steps) tiles.add(count);
        const size = steps.reduce((sum, count) => sum + count, 0);
        const hashes = hashesOf(0, size);
        const expected = rootOf(
          nodesOf({ start: 0, end: size }).map(({ level, index }) =>
            fullRootOf(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)),
          ),
        );
        expect(tiles.head()).toEqual({ size, root: expected });
        expect(rootOfEdge(tiles.edge)).toEqual(expected);
        // The edge is found again from the tiles alone, as after a restart.
        const last: Buffer[] = [];
        for (const place of edgeTiles(size)) last[place.level] = tiles.at(place);
        const again = grow({ size, last }, hashesOf(size, 3)).tiles;
        expect(again).toEqual(tiles.add(3));
      }),
      { numRuns: 30 },
    );
  });

  test('give the proofs of a tree of three levels of tiles', () => {
    const tiles = new Tiles();
    tiles.add(1000);
    const before = tiles.head();
    tiles.add(65_536);
    const after = tiles.head();
    expect(verifyConsistency(consistencyPath(1000, after.size).map(tiles.root), before, after)).toBe(true);
    for (const leaf of [0, 255, 256, 999, 65_535, 65_536, after.size - 1]) {
      const [hash] = hashesOf(leaf, 1) as [Buffer];
      const proof = inclusionPath(leaf, after.size).map(tiles.root);
      expect(verifyInclusion(proof, { hash, leaf }, after)).toBe(true);
      expect(verifyInclusion(proof, { hash, leaf: leaf ^ 1 }, after)).toBe(false);
    }
  });

  test('only the tiles that changed are written', () => {
    const tiles = new Tiles();
    tiles.add(511);
    expect(tiles.add(1).map(({ level, index }) => [level, index])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(tiles.add(1).map(({ level, index, hashes }) => [level, index, hashes.length])).toEqual([
      [0, 2, 32],
    ]);
  });

  test('a tile that is too short is a fault, and no hash', () => {
    expect(() => hashOf({ level: 3, index: 0 }, Buffer.alloc(7 * 32))).toThrow('too short');
  });
});
