import { identifier, joined, literal, literals, type SqlText, sql } from './sql-text.js';
import { statement } from './statement.js';

test('a template is its text, with fragments and numbers in place', () => {
  const column = sql`t.odds`;
  expect(sql`select ${column} from t where ${column} < ${5} and x > ${0.25}`).toBe(
    'select t.odds from t where t.odds < 5 and x > 0.25',
  );
});

test('a negative number cannot begin a comment', () => {
  expect(sql`select 1 -${-1}`).toBe('select 1 -(-1)');
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%p is refused as a number', (value) => {
  expect(() => sql`select ${value}`).toThrow('not a number of SQL');
});

test('a literal has quotes, and those inside are doubled', () => {
  expect(literal("it's")).toBe("'it''s'");
  expect(literal("'; drop table t --")).toBe("'''; drop table t --'");
  expect(literal('a:b ::text')).toBe("'a:b ::text'");
});

test.each([':now', 'at :now', 'a\0b'])('%j is refused as a literal', (value) => {
  expect(() => literal(value)).toThrow('not a literal');
});

test('literals are a list, and an empty one is refused', () => {
  expect(literals(['a', "b'"])).toBe("'a', 'b'''");
  expect(() => literals([])).toThrow('no literals');
});

test('an identifier needs no quotes, otherwise it is refused', () => {
  expect(identifier('address_sealed')).toBe('address_sealed');
  for (const name of ['', 'a b', 'a;b', '"a"', 'Upper', '1a']) expect(() => identifier(name)).toThrow();
});

test('fragments are joined with a comma or a separator', () => {
  expect(joined([sql`a`, sql`b`])).toBe('a, b');
  expect(joined([sql`a`, sql`b`], sql` and `)).toBe('a and b');
});

type Fits<Value, Into> = Value extends Into ? true : false;
type Part = Parameters<typeof sql>[1];
type Text = Parameters<typeof statement>[1];

// `npm run types` checks this table: an entry that begins to fit has the type `true`.
test('to the compiler no string is SQL, and a template takes fragments and numbers only', () => {
  const accepted: [Fits<SqlText, Part>, Fits<number, Part>, Fits<SqlText, Text>] = [true, true, true];
  const refused: {
    stringAsSql: Fits<string, SqlText>;
    constantAsSql: Fits<'a.id', SqlText>;
    stringInTemplate: Fits<string, Part>;
    constantInTemplate: Fits<'a.id', Part>;
    absentInTemplate: Fits<SqlText | undefined, Part>;
    dateInTemplate: Fits<Date, Part>;
    stringInStatement: Fits<string, Text>;
    constantInStatement: Fits<'select 1', Text>;
    joinedByAnArray: Fits<ReturnType<SqlText[]['join']>, SqlText>;
  } = {
    stringAsSql: false,
    constantAsSql: false,
    stringInTemplate: false,
    constantInTemplate: false,
    absentInTemplate: false,
    dateInTemplate: false,
    stringInStatement: false,
    constantInStatement: false,
    joinedByAnArray: false,
  };
  expect(accepted).not.toContain(false);
  expect(Object.values(refused)).not.toContain(true);
});
