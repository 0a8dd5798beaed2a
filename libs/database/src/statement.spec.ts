import { sql } from './sql-text.js';
import { statement, valuesOf } from './statement.js';

test('a named parameter has one position for all its uses, and a cast is left alone', () => {
  const made = statement('s', sql`select :id::uuid, :at, '10:30', :id where x = any(:macs::bytea[])`);
  expect(made.text).toBe("select $1::uuid, $2, '10:30', $1 where x = any($3::bytea[])");
  expect(valuesOf(made, { macs: [], at: null, id: 'a' })).toEqual(['a', null, []]);
});

test('a missing value is named', () => {
  expect(() => valuesOf(statement('s', sql`select :id`), {})).toThrow('statement s lacks a value for :id');
});

test('a name that is longer than PostgreSQL allows is refused', () => {
  expect(() => statement('x'.repeat(64), sql`select 1`)).toThrow('too long');
});
