import { resolve } from 'node:path';
import ts from 'typescript';
import { StatementNames } from './statement-names.js';

/** One property of a row type. */
export interface RowProperty {
  name: string;
  /** What it may be: `string`, `number`, `Date`, `string[]`, …, without `null`. */
  types: string[];
  nullable: boolean;
}

/** One call of `query` on a database or a transaction. */
export interface QueryCall {
  /** `path:line` */
  place: string;
  /** The statements that it may run; none when they cannot be told from the code. */
  statements: string[];
  row: RowProperty[];
}

const options = (): { files: string[]; compiler: ts.CompilerOptions } => {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { fileNames, options: given } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const { tsBuildInfoFile: _unused, ...rest } = given;
  return {
    files: fileNames.filter((file) => /^(apps|libs)\//.test(inTree(file)) && !/\.spec\.tsx?$/.test(file)),
    compiler: { ...rest, incremental: false },
  };
};

const inTree = (file: string): string => file.slice(process.cwd().length + 1);

/**
 * @param planted the text of one more file, by its path
 * @returns every call in apps, libs and that file
 */
export function queryCalls(planted: { path: string; text: string }): QueryCall[] {
  const { files, compiler } = options();
  const host = ts.createCompilerHost(compiler);
  const extra = resolve(planted.path);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => file === extra || fileExists(file);
  host.readFile = (file) => (file === extra ? planted.text : readFile(file));
  host.getSourceFile = (file, target, ...rest) =>
    file === extra
      ? ts.createSourceFile(file, planted.text, target, true)
      : getSourceFile(file, target, ...rest);
  const program = ts.createProgram([...files, extra], compiler, host);
  const checker = program.getTypeChecker();
  const ours = program.getSourceFiles().filter(({ fileName }) => [...files, extra].includes(fileName));
  const names = new StatementNames(checker, ours);
  const calls: QueryCall[] = [];
  const visit = (node: ts.Node): void => {
    // The compiler checks the whole body around a call to resolve it, so only those are resolved that may be meant.
    if (ts.isCallExpression(node) && node.arguments[0] && /\.query$/.test(node.expression.getText())) {
      const signature = checker.getResolvedSignature(node);
      if (signature && isQuery(signature.declaration)) {
        const file = node.getSourceFile();
        calls.push({
          place: `${inTree(file.fileName)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`,
          statements: names.of(node.arguments[0]),
          row: propertiesOf(checker, rowOf(checker, signature), node),
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  ours.forEach(visit);
  return calls;
}

/** `Queryable.query` and `Database.query`. */
const isQuery = (declaration: ts.Node | undefined): boolean =>
  declaration !== undefined &&
  (ts.isMethodSignature(declaration) || ts.isMethodDeclaration(declaration)) &&
  declaration.name.getText() === 'query' &&
  inTree(declaration.getSourceFile().fileName) === 'libs/database/src/database.ts';

/** The `Row` of `Promise<Row[]>`. */
function rowOf(checker: ts.TypeChecker, signature: ts.Signature): ts.Type {
  const rows = checker.getAwaitedType(signature.getReturnType());
  const row = rows && checker.getIndexTypeOfType(rows, ts.IndexKind.Number);
  if (!row) throw new Error('query returns no rows');
  return row;
}

/** Of a union, the properties of each of its members. */
function propertiesOf(checker: ts.TypeChecker, row: ts.Type, at: ts.Node): RowProperty[] {
  const members = row.isUnion() ? row.types : [row];
  return members
    .flatMap((member) => member.getProperties())
    .map((property) => {
      const type = checker.getTypeOfSymbolAtLocation(property, at);
      const parts = type.isUnion() ? type.types : [type];
      const absent = ts.TypeFlags.Null | ts.TypeFlags.Undefined;
      const present = parts.filter(({ flags }) => !(flags & absent));
      return {
        name: property.name,
        types: [...new Set(present.map((part) => nameOf(checker, part)))],
        nullable:
          present.length < parts.length || Boolean(type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)),
      };
    });
}

function nameOf(checker: ts.TypeChecker, type: ts.Type): string {
  if (type.flags & ts.TypeFlags.StringLike) return 'string';
  if (type.flags & ts.TypeFlags.NumberLike) return 'number';
  if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean';
  if (type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return 'unknown';
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    const parts = element?.isUnion() ? element.types : element ? [element] : [];
    return `${[...new Set(parts.map((part) => nameOf(checker, part)))].join('|')}[]`;
  }
  const name = type.symbol?.name;
  return name === 'Date' || name === 'Buffer' ? name : 'object';
}
