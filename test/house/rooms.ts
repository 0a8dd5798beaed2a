import type { Source } from './source-tree.js';

/** From the ground up. A room looks only at rooms on lower floors, never at one beside it. */
const floors = [
  ['kernel'],
  ['proofs'],
  ['telemetry'],
  ['settings', 'database'],
  ['accounts', 'audit'],
  ['limits', 'tokens'],
  ['outbox', 'staff'],
  ['sign-in'],
  ['recovery'],
  ['http', 'queue', 'messages', 'management'],
];

/** The SDK is published alone: it imports no room, and no room imports it. */
const alone = 'client';

/** A room of libs, an app, or what stands around them. */
export interface Owner {
  kind: 'room' | 'app' | 'test' | 'outside';
  name: string;
}

export function ownerOf(path: string): Owner {
  const [first = '', second = ''] = path.split('/');
  if (first === 'libs') return { kind: 'room', name: second };
  if (first === 'apps') return { kind: 'app', name: second };
  return { kind: first === 'test' ? 'test' : 'outside', name: first };
}

const floorOf = (room: string): number => floors.findIndex((floor) => floor.includes(room));

export const isPlanned = (room: string): boolean => room === alone || floorOf(room) >= 0;

/** Rooms that a room may import; in alphabetical order, for the sentence. */
export function mayImport(room: string): string[] {
  if (room === alone) return [];
  return floors
    .slice(0, Math.max(floorOf(room), 0))
    .flat()
    .sort();
}

/** Names under `libs/` or `apps/` that hold at least one file. */
export function namesUnder(sources: readonly Source[], folder: 'libs' | 'apps' | 'test'): string[] {
  const names = sources
    .map(({ path }) => path.split('/'))
    .filter((parts) => parts[0] === folder && parts.length > 2);
  return [...new Set(names.map((parts) => parts[1] ?? ''))].sort();
}
