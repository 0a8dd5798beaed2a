import ts from 'typescript';
import { ownerOf } from './rooms.js';
import { isCode, isProduct, type Rule, type Source } from './source-tree.js';
import { findNodes, parse, placeOf, stringsOf } from './syntax.js';

/** The schema changes by migrations that somebody has read, never by what an entity looks like today. */
export const migrationsOnly: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) =>
    findNodes(source, (node) => {
      if (!ts.isPropertyAssignment(node) || !/^['"]?(synchronize|dropSchema)['"]?$/.test(node.name.getText()))
        return undefined;
      return node.initializer.kind === ts.SyntaxKind.FalseKeyword
        ? undefined
        : `${node.getText()}: write a migration`;
    }),
  );

const migrationRoom = /^libs\/database\/src\/migrations\/\d+-([a-z]+)(?:-[a-z-]+)?\.ts$/;

/** Tables whose room was made after their migration. */
const handedOver: Readonly<Record<string, string>> = { messages: 'outbox' };

/** Which room owns each table: the one that its migration is named after, or that has it now. */
export function tableOwners(sources: readonly Source[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const source of sources) {
    const [, room] = migrationRoom.exec(source.path) ?? [];
    if (!room) continue;
    for (const [, table] of source.text.matchAll(/\bcreate (?:unlogged )?table (?:if not exists )?(\w+)/gi)) {
      if (table) owners.set(table, owners.get(table) ?? room);
    }
  }
  const renames = sources
    .filter(({ path }) => migrationRoom.test(path))
    .flatMap(({ text }) => [...text.matchAll(/\balter table (\w+) rename to (\w+)/gi)]);
  // A table keeps its owner. The down migration renames it back, so the first owner counts.
  for (const [, from = '', to = ''] of renames) {
    const owner = owners.get(from);
    if (owner) owners.set(to, owners.get(to) ?? owner);
  }
  for (const [table, room] of Object.entries(handedOver)) if (owners.has(table)) owners.set(table, room);
  return owners;
}

/**
 * The one pair of rooms that share rows. A message is claimed with the row of its recovery, which the claim binds to its account. An attempt
 * is compared with the codes of its recovery.
 */
const alsoOf: Readonly<Record<string, string>> = { messages: 'recovery', recoveries: 'outbox' };

/** A room's rows are its own: no other room and no app names its tables in SQL, they call its verbs. */
export const tablesStayAtHome: Rule = (sources) => {
  const owners = tableOwners(sources);
  return sources
    .filter((source) => isProduct(source) && !migrationRoom.test(source.path))
    .flatMap((source) =>
      stringsOf(source)
        .filter(({ text }) => /\b(select|insert into|update|delete from|truncate)\b/.test(text))
        .flatMap(({ text, place }) => {
          const named = [...text.matchAll(/\b(?:from|join|into|update|truncate)\s+(\w+)/g)].map(
            ([, table]) => table ?? '',
          );
          return [...new Set(named)]
            .filter(
              (table) =>
                owners.has(table) && ![owners.get(table), alsoOf[table]].includes(ownerOf(source.path).name),
            )
            .map(
              (table) =>
                `${place} names ${table} in SQL, a table of ${owners.get(table)}: call a verb of @rekey/${owners.get(table)}`,
            );
        }),
    );
};

/** One prepared statement a name: PostgreSQL would refuse the second, and only when both meet on one connection. */
export const statementNamesAreUnique: Rule = (sources) => {
  const places = new Map<string, string>();
  const offences: string[] = [];
  for (const source of sources.filter(isProduct)) {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && node.expression.getText() === 'statement') {
        const [name] = node.arguments;
        if (name && ts.isStringLiteralLike(name)) {
          const place = placeOf(source, name.getStart());
          const other = places.get(name.text);
          if (other) offences.push(`${place} calls a statement ${name.text}, as ${other} does`);
          places.set(name.text, other ?? place);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(parse(source));
  }
  return offences;
};
