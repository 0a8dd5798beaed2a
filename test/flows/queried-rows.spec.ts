import type { Statement } from '@rekey/database';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { type QueryCall, queryCalls } from './query-calls.js';
import { type Columns, columnsOf, faultsOf } from './result-columns.js';
import { statementsOfRooms } from './statements-of-rooms.js';

/** The names of these statements depend on the column that is encrypted again; test/security/sealed-columns runs each. */
const untold = { 'libs/database/src/sealed-rows.ts': 4 };

/** Statements that are made for each kind of proof, by the file of their only call that the code does not tell. */
const ofEachKind: Record<string, RegExp> = {
  'libs/accounts/src/authenticator-storage.ts': /^authenticator_(accept_step|use_code)$/,
  'libs/recovery/src/acts/prove.ts': /^recovery_attempt_/,
  'libs/sign-in/src/second-factor.ts': /^sign_in_attempt_/,
};

/** Columns that may be null in their table, and why not in the rows of the statement. */
const neverNull: Record<string, string> = {
  'audit_hold_decisions.recovery_id': 'where recovery_id is not null',
  'device_code_poll.account_id': 'the session has just been inserted for an account',
  'tokens_redeem_code.account_id': 'the session has just been inserted for an account',
  'session_start.account_id': 'the session has just been inserted for an account',
  'session_renew.account_id': 'the session has just been inserted for an account',
  'tokens_find_redeemed_code.session_id': 'where session_id is not null',
  'messages_count_codes.channel': 'where channel is not null',
  'outbox_find_code.recovery_id': 'a code is always of a recovery',
  'recovery_completed_by_address.completed_at': 'where completed_at is not null',
  'recovery_claim.account_id': 'a recovery that is proven has an account',
  'recovery_claim.proven_at': 'a recovery that is proven has this time',
  'recovery_claim_repeat.account_id': 'a recovery that is completed has an account',
  'recovery_claim_repeat.acr': 'a recovery that is completed has one',
  'recovery_claim_repeat.generation':
    'only the release before completed one without, and no such completion is repeated',
  'recovery_claim_repeat.proven_at': 'a recovery that is completed has this time',
  'refresh_token_find.account_id':
    'null after the account is erased: read of living sessions only, and those of the account have ended',
  'tokens_reissue.account_id': 'a living session has an account',
  'tokens_refresh.account_id':
    'null after the account is erased: read of living sessions only, and those of the account have ended',
};

/** One statement, and rows that are right, or wrong in one way each. */
const text = 'select id, password_hash, roles, created_at, sealed, kind from planted';
const planted = {
  right: '{ id: string; password_hash: string | null; roles: string[]; created_at: Date; sealed: Buffer }',
  'a wrong type': '{ created_at: string }',
  'a wrong type of element': '{ roles: number[] }',
  'a column that is not there': '{ name: string }',
  'a nullable column': '{ password_hash: string }',
};
const plantedFile = {
  path: 'libs/planted.ts',
  text: [
    `import { type Queryable, sql, statement } from './database/src/index.js';`,
    `const planted = statement('planted', sql\`${text}\`);`,
    ...Object.values(planted).map(
      (row, at) => `export const a${at} = (on: Queryable) => on.query<${row}>(planted);`,
    ),
  ].join('\n'),
};

describe('the row types of the queries', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let calls: QueryCall[];
  let columns: Map<string, Columns>;

  beforeAll(async () => {
    database = await createDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`create temporary table planted (id uuid not null, password_hash text, roles text[] not null,
      created_at timestamptz not null, sealed bytea not null, kind text)`);
    const statements: Pick<Statement, 'name' | 'text'>[] = [
      ...statementsOfRooms(),
      { name: 'planted', text },
    ];
    columns = new Map();
    for (const each of statements) columns.set(each.name, await columnsOf(client, each.text));
    calls = queryCalls(plantedFile).map(withStatements);
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const fileOf = ({ place }: QueryCall) => place.replace(/:\d+$/, '');
  const withStatements = (call: QueryCall): QueryCall => {
    const named = ofEachKind[fileOf(call)];
    if (call.statements.length > 0 || !named) return call;
    const statements = [...columns.keys()].filter((name) => named.test(name));
    if (statements.length === 0) throw new Error(`no statement is named ${named}`);
    return { ...call, statements };
  };
  const isPlanted = ({ place }: QueryCall) => place.startsWith(plantedFile.path);

  test('fit the columns of their statements', () => {
    const found = calls.filter((call) => !isPlanted(call)).flatMap((call) => faultsOf(call, columns));
    const nullable = found.filter((fault) => fault.includes(' may be null'));
    expect(found.filter((fault) => !nullable.includes(fault))).toEqual([]);
    // An entry that is no longer needed is a fault as well.
    const columnsFound = nullable.map((fault) => fault.split(' ')[1] ?? '');
    expect([...new Set(columnsFound)].sort()).toEqual(Object.keys(neverNull).sort());
  });

  test('are read at every call, but for the statements that are made for a column', () => {
    const left = calls.filter(({ statements }) => statements.length === 0);
    const counts: Record<string, number> = {};
    for (const call of left) counts[fileOf(call)] = (counts[fileOf(call)] ?? 0) + 1;
    expect(counts).toEqual(untold);
    expect(calls.length).toBeGreaterThan(100);
  });

  test('a planted fault is found', () => {
    const found = calls
      .filter(isPlanted)
      .map((call) => faultsOf(call, columns).map((fault) => fault.replace(/^\S+ /, '')));
    expect(found).toEqual([
      [],
      ['planted.created_at is timestamptz, the row says string'],
      ['planted.roles is text[], the row says number[]'],
      ['planted has no column name'],
      ['planted.password_hash may be null, the row says string'],
    ]);
  });
});
