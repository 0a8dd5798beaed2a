import { posix } from 'node:path';
import { isPlanned, mayImport, namesUnder, type Owner, ownerOf } from './rooms.js';
import { isCode, isSpec, type Rule, type Source } from './source-tree.js';
import { importsOf } from './syntax.js';

const alias = /^@rekey\/([^/]+)(\/.*)?$/;

/** The house looks one way: apps at rooms, rooms at the floors below them, everyone through the front door. */
export const direction: Rule = (sources) => [
  ...namesUnder(sources, 'libs')
    .filter((room) => !isPlanned(room))
    .map((room) => `libs/${room} has no floor: give it one in test/house/rooms.ts, README and the design`),
  ...sources.filter(isCode).flatMap((source) =>
    importsOf(source).flatMap(({ specifier, place }) => {
      const sentence = wrongWith(source, specifier);
      return sentence ? [`${place} imports ${specifier}: ${sentence}`] : [];
    }),
  ),
];

function wrongWith(source: Source, specifier: string): string | undefined {
  const from = ownerOf(source.path);
  const [matched, room = '', deep] = alias.exec(specifier) ?? [];
  if (matched) return deep ? 'only the front door of a room is open' : wrongWithRoom(from, room);
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(source.path), specifier);
  return wrongWithPath(source, from, ownerOf(target), target);
}

function wrongWithRoom(from: Owner, room: string): string | undefined {
  if (from.kind !== 'room') return undefined;
  if (from.name === room) return 'a room does not go out of its own front door to come in again';
  const allowed = mayImport(from.name);
  if (allowed.includes(room)) return undefined;
  return `${from.name} may look at ${allowed.length ? allowed.join(', ') : 'no other room'}; pass what it needs as a port`;
}

function wrongWithPath(source: Source, from: Owner, to: Owner, target: string): string | undefined {
  if (from.kind === to.kind && from.name === to.name) {
    const leavesSpec = /\.spec(\.js)?$/.test(target) && !isSpec(source);
    return leavesSpec ? 'only the test runner imports a spec' : undefined;
  }
  if (to.kind === 'room') return `go through the front door, @rekey/${to.name}`;
  if (to.kind === 'app') {
    const mayStart = from.kind === 'test' || (from.kind === 'app' && from.name === 'standalone');
    if (mayStart && target === `apps/${to.name}/src/app.js`) return undefined;
    return mayStart ? 'only its src/app.js is open' : 'apps meet in PostgreSQL, in the queue and over HTTP';
  }
  if (to.kind === 'test') {
    return from.kind === 'test' || isSpec(source) ? undefined : 'the product does not lean on its tests';
  }
  return 'that is outside the house';
}
