import { hashLength } from './hash.js';
import { fullRootOf, type Node, nodesOf, rootOf } from './range.js';

/** Levels that one tile spans: its 256 hashes and all above them, up to the one root that the next tile holds (c2sp.org/tlog-tiles). */
const tileLevels = 8;
/** Hashes of a full tile. */
export const tileWidth: number = 2 ** tileLevels;

/** Where a tile is: its hashes are the nodes at `level * 8`, from `index * 256`. */
export interface TilePlace {
  level: number;
  index: number;
}

/** A tile: up to 256 hashes, one behind the other. Only the last of a level is not full. */
export interface Tile extends TilePlace {
  hashes: Buffer;
}

/** A tree as far as it is needed to go on: its size, and the last tile of each level, from the leaves up, full ones left out. */
export interface Edge {
  size: number;
  last: readonly Buffer[];
}

export const emptyEdge: Edge = { size: 0, last: [] };

/** The tiles that are not full in a tree of this size, which are the whole of its {@link Edge}. */
export function edgeTiles(size: number): TilePlace[] {
  const places: TilePlace[] = [];
  for (let level = 0, nodes = size; nodes > 0; level++, nodes = Math.floor(nodes / tileWidth)) {
    if (nodes % tileWidth > 0) places.push({ level, index: Math.floor(nodes / tileWidth) });
  }
  return places;
}

const split = (hashes: Buffer): Buffer[] =>
  Array.from({ length: hashes.length / hashLength }, (_, n) =>
    hashes.subarray(n * hashLength, (n + 1) * hashLength),
  );

/** The tile that holds the hashes below a node. */
export function tileOf({ level, index }: Node): TilePlace {
  const first = index * 2 ** (level % tileLevels);
  return { level: Math.floor(level / tileLevels), index: Math.floor(first / tileWidth) };
}

/**
 * The hash of a node, from its tile.
 *
 * @throws {Error} when the tile is too short to know it
 */
export function hashOf({ level, index }: Node, hashes: Buffer): Buffer {
  const width = 2 ** (level % tileLevels);
  const first = (index * width) % tileWidth;
  if (hashes.length < (first + width) * hashLength) throw new Error('a tile of the audit tree is too short');
  return fullRootOf(split(hashes.subarray(first * hashLength, (first + width) * hashLength)));
}

/**
 * Adds leaves to a tree.
 *
 * @param hashes of the leaves, in order
 * @returns the tree as it is then, and the tiles that are new or longer
 */
export function grow(edge: Edge, hashes: readonly Buffer[]): { edge: Edge; tiles: Tile[] } {
  const tiles: Tile[] = [];
  const last: Buffer[] = [];
  let added = hashes;
  for (let level = 0, nodes = edge.size; added.length > 0 || nodes > 0; level++) {
    const before = edge.last[level] ?? Buffer.alloc(0);
    const all = Buffer.concat([before, ...added]);
    const first = Math.floor(nodes / tileWidth);
    const above: Buffer[] = [];
    const tileLength = tileWidth * hashLength;
    for (let at = 0; at < all.length; at += tileLength) {
      const one = all.subarray(at, at + tileLength);
      if (added.length > 0) tiles.push({ level, index: first + at / tileLength, hashes: one });
      if (one.length === tileLength) above.push(fullRootOf(split(one)));
    }
    last.push(all.subarray(all.length - (all.length % tileLength)));
    nodes = Math.floor(nodes / tileWidth);
    added = above;
  }
  return { edge: { size: edge.size + hashes.length, last }, tiles };
}

/** The root of a tree: what all of its full subtrees consist of lies in tiles that are not full. */
export const rootOfEdge = ({ size, last }: Edge): Buffer =>
  rootOf(
    nodesOf({ start: 0, end: size }).map((node) => hashOf(node, last[tileOf(node).level] ?? Buffer.alloc(0))),
  );

export const isSameEdge = (one: Edge, other: Edge): boolean =>
  one.size === other.size &&
  one.last.length === other.last.length &&
  one.last.every((hashes, level) => hashes.equals(other.last[level] as Buffer));
