import type { Queryable } from '@rekey/database';
import type { Node } from '../tree/range.js';
import { hashOf, type Tile, type TilePlace, tileOf } from '../tree/tile.js';
import * as statements from './statements.js';

export const readTiles = (tx: Queryable, places: readonly TilePlace[]): Promise<Tile[]> =>
  tx.query<Tile>(statements.tilesAt, {
    levels: places.map(({ level }) => level),
    indexes: places.map(({ index }) => index),
  });

const nameOf = ({ level, index }: TilePlace): string => `${level}/${index}`;

/** The hashes of nodes, in their order, from the tiles that hold them. @throws {Error} when a tile is missing or too short */
export async function readNodes(tx: Queryable, nodes: readonly Node[]): Promise<Buffer[]> {
  const places = new Map(nodes.map((node) => [nameOf(tileOf(node)), tileOf(node)]));
  const tiles = new Map(
    (await readTiles(tx, [...places.values()])).map((tile) => [nameOf(tile), tile.hashes]),
  );
  return nodes.map((node) => hashOf(node, tiles.get(nameOf(tileOf(node))) ?? Buffer.alloc(0)));
}
