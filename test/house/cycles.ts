import { posix } from 'node:path';
import { isCode, type Rule, type Source } from './source-tree.js';
import { importsOf } from './syntax.js';

/**
 * No file can be reached from itself, type imports counted too: what goes round cannot be read from any end.
 * Tarjan's strongly connected components; each knot is named once, with one way round it.
 */
export const noCycles: Rule = (sources) => {
  const graph = importGraph(sources.filter(isCode));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const knots: string[][] = [];

  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.get(path) ?? 0);
    stack.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(path, Math.min(low.get(path) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(path) !== index.get(path)) return;
    const knot = stack.splice(stack.indexOf(path));
    if (knot.length > 1 || graph.get(path)?.includes(path)) knots.push(knot);
  };
  for (const path of graph.keys()) if (!index.has(path)) visit(path);
  return knots.map(
    (knot) => `${wayRound(knot, graph).join(' -> ')}: a cycle; move what both need below both`,
  );
};

function importGraph(sources: readonly Source[]): Map<string, string[]> {
  const known = new Set(sources.map(({ path }) => path));
  return new Map(
    sources.map((source) => {
      const targets = importsOf(source).map(({ specifier }) => resolve(source.path, specifier, known));
      return [source.path, targets.filter((target) => target !== undefined)];
    }),
  );
}

function resolve(from: string, specifier: string, known: ReadonlySet<string>): string | undefined {
  const [, room] = /^@rekey\/([^/]+)$/.exec(specifier) ?? [];
  if (room) return [`libs/${room}/src/index.ts`].find((path) => known.has(path));
  if (!specifier.startsWith('.')) return undefined;
  const stem = posix.join(posix.dirname(from), specifier).replace(/\.jsx?$/, '');
  return [`${stem}.ts`, `${stem}.tsx`].find((path) => known.has(path));
}

/** The shortest way from the knot's alphabetically first file back to it. */
function wayRound(knot: string[], graph: Map<string, string[]>): string[] {
  const start = knot.toSorted()[0] ?? '';
  const ways = [[start]];
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return [...way, next];
      if (knot.includes(next) && !ways.some((other) => other.includes(next))) ways.push([...way, next]);
    }
  }
  return knot;
}
