import ts from 'typescript';
import type { Source } from './source-tree.js';

const parsed = new WeakMap<Source, ts.SourceFile>();

export function parse(source: Source): ts.SourceFile {
  let tree = parsed.get(source);
  if (!tree) {
    const kind = source.path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
    tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true, kind);
    parsed.set(source, tree);
  }
  return tree;
}

/** @returns what `look` finds at any node, each with its place before it */
export function findNodes(source: Source, look: (node: ts.Node) => string | undefined): string[] {
  const tree = parse(source);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const sentence = look(node);
    if (sentence) found.push(`${placeOf(source, node.getStart(tree))} ${sentence}`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

export function placeOf(source: Source, position: number): string {
  return `${source.path}:${parse(source).getLineAndCharacterOfPosition(position).line + 1}`;
}

export interface Import {
  specifier: string;
  /** `path:line` */
  place: string;
  typeOnly: boolean;
}

/** Static, re-exporting, dynamic, `require` and `import()` types: every way to look at another file. */
export function importsOf(source: Source): Import[] {
  const tree = parse(source);
  const imports: Import[] = [];
  const add = (literal: ts.Node | undefined, typeOnly: boolean): void => {
    if (!literal || !ts.isStringLiteralLike(literal)) return;
    imports.push({ specifier: literal.text, place: placeOf(source, literal.getStart(tree)), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, onlyTypes(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return imports;
}

const isLoad = (called: ts.Expression): boolean =>
  called.kind === ts.SyntaxKind.ImportKeyword ||
  ['require', 'require.resolve', 'import.meta.resolve'].includes(called.getText());

function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return (
    !clause.name &&
    !!names &&
    ts.isNamedImports(names) &&
    names.elements.every((element) => element.isTypeOnly)
  );
}

/** The text of each comment with the place where it begins. */
export function commentsOf(source: Source): { text: string; place: string }[] {
  const tree = parse(source);
  const starts = new Map<number, number>();
  const markup: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.JsxText) {
      markup.push(node);
      return;
    }
    const ranges = [
      ...(ts.getLeadingCommentRanges(source.text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.end) ?? []),
    ];
    for (const range of ranges) starts.set(range.pos, range.end);
    for (const child of node.getChildren(tree)) visit(child);
  };
  visit(tree);
  return [...starts]
    .filter(([from]) => !markup.some((text) => text.pos <= from && from < text.end))
    .sort(([one], [other]) => one - other)
    .map(([from, to]) => ({ text: source.text.slice(from, to), place: placeOf(source, from) }));
}

/** Every string, with the fixed parts of a template put together and `…` where a value stands. */
export function stringsOf(source: Source): { text: string; place: string }[] {
  const tree = parse(source);
  const strings: { text: string; place: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node))
      strings.push({ text: node.text, place: placeOf(source, node.getStart(tree)) });
    if (ts.isTemplateExpression(node)) {
      const text = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…');
      strings.push({ text, place: placeOf(source, node.getStart(tree)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return strings;
}
