import ts from 'typescript';

/** The arguments of the calls around an expression, by parameter. */
type Given = ReadonlyMap<ts.Symbol, ts.Expression>;

/** Reads from the code which statements an expression may be: the names in the calls of `statement` that it leads to. */
export class StatementNames {
  private readonly assignments: ts.PropertyAssignment[] = [];

  constructor(
    private readonly checker: ts.TypeChecker,
    sources: readonly ts.SourceFile[],
  ) {
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAssignment(node)) this.assignments.push(node);
      ts.forEachChild(node, visit);
    };
    sources.forEach(visit);
  }

  /** @returns none when one of them cannot be told */
  of(expression: ts.Expression): string[] {
    try {
      return [...new Set(this.namesIn(expression, new Map()))].sort();
    } catch (fault) {
      if (fault instanceof Untold) return [];
      throw fault;
    }
  }

  private namesIn(node: ts.Expression, given: Given): string[] {
    if (ts.isConditionalExpression(node))
      return [...this.namesIn(node.whenTrue, given), ...this.namesIn(node.whenFalse, given)];
    if (ts.isElementAccessExpression(node)) return this.membersOf(node.expression, given);
    if (ts.isCallExpression(node)) return this.namesOfCall(node, given);
    if (ts.isPropertyAccessExpression(node)) {
      const member = this.objectOf(node.expression)?.properties.find(
        (each) => each.name?.getText() === node.name.text,
      );
      if (member && ts.isPropertyAssignment(member)) return this.namesIn(member.initializer, given);
    }
    if (ts.isPropertyAccessExpression(node) || ts.isIdentifier(node)) {
      const symbol = this.symbolAt(node);
      const argument = given.get(symbol);
      return argument ? this.namesIn(argument, new Map()) : this.namesOfSymbol(symbol, given);
    }
    throw new Untold();
  }

  private namesOfSymbol(symbol: ts.Symbol, given: Given): string[] {
    const declaration = symbol.valueDeclaration;
    if (!declaration) throw new Untold();
    if (ts.isPropertySignature(declaration)) {
      const values = this.assignments.filter((each) => this.fills(each, symbol));
      if (values.length === 0) throw new Untold();
      return values.flatMap(({ initializer }) => this.namesIn(initializer, given));
    }
    if (
      (ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration)) &&
      declaration.initializer
    )
      return this.namesIn(declaration.initializer, given);
    throw new Untold();
  }

  /** An assignment in an object that is used as the type of this property. */
  private fills(assignment: ts.PropertyAssignment, property: ts.Symbol): boolean {
    if (assignment.name.getText() !== property.name) return false;
    const type = this.checker.getContextualType(assignment.parent);
    return type?.getProperty(property.name)?.valueDeclaration === property.valueDeclaration;
  }

  /** Any value of an object of statements. */
  private membersOf(node: ts.Expression, given: Given): string[] {
    const object = this.objectOf(node);
    if (!object) throw new Untold();
    return object.properties.flatMap((each) => {
      if (!ts.isPropertyAssignment(each)) throw new Untold();
      return this.namesIn(each.initializer, given);
    });
  }

  private objectOf(node: ts.Expression): ts.ObjectLiteralExpression | undefined {
    const declaration = this.symbolAt(node).valueDeclaration;
    const object = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return object && ts.isObjectLiteralExpression(object) ? object : undefined;
  }

  private namesOfCall(call: ts.CallExpression, given: Given): string[] {
    const [name] = call.arguments;
    if (call.expression.getText() === 'statement' && name) return [this.textOf(name, given)];
    const made = this.checker.getResolvedSignature(call)?.declaration;
    if (!made || !ts.isArrowFunction(made) || ts.isBlock(made.body)) throw new Untold();
    const passed = new Map<ts.Symbol, ts.Expression>();
    made.parameters.forEach((parameter, at) => {
      const value = call.arguments[at];
      if (value) passed.set(this.symbolAt(parameter.name), value);
    });
    return this.namesIn(made.body, passed);
  }

  private textOf(node: ts.Expression, given: Given): string {
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isIdentifier(node)) {
      const value = given.get(this.symbolAt(node));
      if (value) return this.textOf(value, new Map());
    }
    if (ts.isTemplateExpression(node)) {
      const parts = node.templateSpans.map((span) => this.textOf(span.expression, given) + span.literal.text);
      return node.head.text + parts.join('');
    }
    throw new Untold();
  }

  private symbolAt(node: ts.Node): ts.Symbol {
    const symbol = this.checker.getSymbolAtLocation(node);
    if (!symbol) throw new Untold();
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }
}

class Untold extends Error {}
