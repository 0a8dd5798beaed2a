import ts from 'typescript';
import { isGenerated, isProduct, type Rule, type Source } from './source-tree.js';
import { findNodes, stringsOf } from './syntax.js';

const definition = /^export const \w+ = \{\n {2}id: '(\w+)',([\s\S]*?)^\}/gm;

/** The kinds of proof that a person sets up, from the objects in the folders of libs/proofs. `code` is also an everyday word. */
const kindsIn = (sources: readonly Source[]): string[] =>
  sources
    .filter((source) => /^libs\/proofs\/src\/[^/]+\//.test(source.path) && isProduct(source))
    .flatMap(({ text }) =>
      [...text.matchAll(definition)]
        .filter(([, , rest = '']) => rest.includes('\n  storage:'))
        .map(([, kind = '']) => kind),
    );

/** Wordings have a text for each kind, migrations are history, and the example is an app of somebody else. */
const mayName = ({ path }: Source): boolean =>
  /^libs\/proofs\/|\/wording|\/migrations\/|\/example\//.test(path);

/**
 * What differs between kinds of proof is a member of their objects in libs/proofs. Code that asks for one by its name has to be found
 * and changed for the next one.
 */
export const kindsAreSpeltOnce: Rule = (sources) => {
  const kinds = kindsIn(sources);
  if (kinds.length === 0) return ['libs/proofs defines no kind of proof that is set up beforehand'];
  const named = new RegExp(`(?<![A-Za-z])(${kinds.join('|')})(?![A-Za-z])`);
  return sources
    .filter((source) => isProduct(source) && !isGenerated(source) && !mayName(source))
    .flatMap((source) => [
      ...stringsOf(source).flatMap(({ text, place }) => {
        const [, kind] = named.exec(text) ?? [];
        return kind ? [`${place} spells ${kind}: ${advice}`] : [];
      }),
      ...findNodes(source, (node) => {
        const name = memberName(node);
        return name !== undefined && kinds.includes(name) ? `spells ${name}: ${advice}` : undefined;
      }),
    ]);
};

const advice = 'ask its object in libs/proofs, or go through the registry';

/** `{ totp: … }`, `of.totp`, and the same in a type. */
function memberName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  const isMember = ts.isPropertyAssignment(node) || ts.isPropertySignature(node);
  return isMember && ts.isIdentifier(node.name) ? node.name.text : undefined;
}
