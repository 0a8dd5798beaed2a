import ts from 'typescript';
import { ownerOf } from './rooms.js';
import { isCode, isProduct, type Rule } from './source-tree.js';
import { findNodes, importsOf } from './syntax.js';

/** One room reads the environment, once, by one schema; anything read elsewhere is a setting nobody can find. */
export const oneReaderOfTheEnvironment: Rule = (sources) =>
  sources
    .filter((source) => isProduct(source) && ownerOf(source.path).name !== 'settings')
    .flatMap((source) => [
      ...findNodes(source, (node) =>
        readsEnvironment(node) ? 'reads the environment: take it from @rekey/settings' : undefined,
      ),
      ...importsOf(source)
        .filter(({ specifier }) => /^dotenv/.test(specifier))
        .map(({ place }) => `${place} loads an environment file: take it from @rekey/settings`),
    ]);

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node))
    return isProcess(node.expression) && isNamed(node.argumentExpression, 'env');
  if (ts.isVariableDeclaration(node) && node.initializer && isProcess(node.initializer)) {
    return (
      ts.isObjectBindingPattern(node.name) &&
      node.name.elements.some((element) => isNamed(element.propertyName ?? element.name, 'env'))
    );
  }
  if (ts.isImportSpecifier(node)) {
    const from = node.parent.parent.parent.moduleSpecifier.getText().slice(1, -1);
    return /^(node:)?process$/.test(from) && isNamed(node.propertyName ?? node.name, 'env');
  }
  return false;
}

const isProcess = (node: ts.Node): boolean => /^(globalThis\.)?process$/.test(node.getText());
const isNamed = (node: ts.Node, name: string): boolean =>
  node.getText().replace(/^['"`]|['"`]$/g, '') === name;

/** Rules are told the time, so that a test can move it; the kernel alone asks the machine, and a package of its own in one place. Specs too: they move a clock. */
export const oneClock: Rule = (sources) =>
  sources
    .filter(
      (source) =>
        isCode(source) &&
        ownerOf(source.path).kind === 'room' &&
        ownerOf(source.path).name !== 'kernel' &&
        source.path !== 'libs/client/src/clock.ts',
    )
    .flatMap((source) =>
      findNodes(source, (node) =>
        asksTheTime(node) ? 'asks the machine for the time: take it from a passed Clock' : undefined,
      ),
    );

function asksTheTime(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.getText() === 'Date.now';
  const made = ts.isNewExpression(node) || ts.isCallExpression(node) ? node : undefined;
  if (made?.expression.getText() !== 'Date') return false;
  return ts.isCallExpression(made) || (made.arguments ?? []).length === 0;
}
