import ts from 'typescript';
import { isCode, type Rule } from './source-tree.js';
import { commentsOf, findNodes } from './syntax.js';

const marks =
  /\b(TODO|FIXME|HACK|XXX)\b|@ts-(ignore|nocheck|expect-error)|\b(biome|eslint|oxlint|prettier|istanbul|c8|v8)[- ](ignore|disable)/;

/** What is unfinished is an issue, what a tool complains of is mended: neither is left in a comment. */
export const noLooseEnds: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) => [
    ...commentsOf(source).flatMap(({ text, place }) => {
      const [mark] = marks.exec(text) ?? [];
      return mark ? [`${place} leaves ${mark} in a comment: finish it, or file it`] : [];
    }),
    ...findNodes(source, (node) =>
      (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) &&
      node.type.kind === ts.SyntaxKind.AnyKeyword
        ? 'casts to any: say what it is'
        : undefined,
    ),
    ...findNodes(source, (node) =>
      source.path !== 'libs/database/src/sql-text.ts' &&
      (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) &&
      node.type.getText() === 'SqlText'
        ? 'casts to SqlText: use sql`…`, literal or identifier'
        : undefined,
    ),
  ]);

/**
 * A test has the one limit of the runner's settings: a number of its own says how fast the machine was on which it was written.
 */
export const noLimitOfItsOwn: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) =>
    findNodes(source, (node) => {
      if (!ts.isCallExpression(node)) return undefined;
      const called = node.expression.getText().replace(/\.each[\s\S]*$/, '');
      if (called === 'jest.setTimeout') return `${called}: a test has the limit of the runner's settings`;
      const taken = /^(it|test)\b/.test(called)
        ? 2
        : /^(before|after)(All|Each)$/.test(called)
          ? 1
          : undefined;
      return taken !== undefined &&
        node.arguments.length > taken &&
        !node.expression.getText().endsWith('.each')
        ? `${called} has a limit of its own: a test has the limit of the runner's settings`
        : undefined;
    }),
  );

/** A test that does not run, or keeps others from running, passes whatever happens. */
export const everyTestRuns: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) =>
    findNodes(source, (node) => {
      if (ts.isPropertyAccessExpression(node)) {
        const text = node.getText();
        if (/^(it|test|describe)(\.\w+)*\.(skip|only|todo|failing|skipIf|runIf)$/.test(text))
          return `${text}: every test runs`;
      }
      if (
        ts.isCallExpression(node) &&
        /^(xit|xtest|xdescribe|fit|fdescribe)$/.test(node.expression.getText())
      ) {
        return `${node.expression.getText()}: every test runs`;
      }
      return undefined;
    }),
  );
