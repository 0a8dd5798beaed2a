import ts from 'typescript';
import { isProduct, type Rule } from './source-tree.js';
import { findNodes } from './syntax.js';

const routes = /^(Get|Head|Post|Put|Patch|Delete|Options|All|Search|Query|Sse)$/;

/** Default deny: a route that nobody thought of is found here, and not by a stranger. */
export const everyControllerIsGuarded: Rule = (sources) =>
  sources.filter(isProduct).flatMap((source) => findNodes(source, openByOversight));

function openByOversight(node: ts.Node): string | undefined {
  // Also one that an app has made of it, such as `@PageController`.
  if (!ts.isClassLike(node) || !decorator(node, /Controller$/) || isDecided(node)) return undefined;
  const open = node.members.filter((member) => decorator(member, routes) && !isDecided(member));
  const names = open.map((member) => member.name?.getText() ?? '');
  if (names.length === 0) return undefined;
  return `${node.name?.text ?? 'a controller'} has neither @UseGuards nor @Public for ${names.join(', ')}`;
}

const isDecided = (node: ts.Node): boolean =>
  decorator(node, /^Public$/) !== undefined || (decorator(node, /^UseGuards$/)?.arguments.length ?? 0) > 0;

function decorator(node: ts.Node, name: RegExp): ts.CallExpression | undefined {
  if (!ts.canHaveDecorators(node)) return undefined;
  return (ts.getDecorators(node) ?? [])
    .map(({ expression }) => expression)
    .filter(ts.isCallExpression)
    .find(({ expression }) => name.test(expression.getText().split('.').at(-1) ?? ''));
}
