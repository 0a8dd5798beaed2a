import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { AccountEntity } from './entities/account.entity.js';
import { deleteAccount, hasAccounts } from './read.js';

describe('repositories of entities', () => {
  let postgres: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
  });
  afterAll(async () => {
    await database.close();
    await postgres.drop();
  });

  const row = (id: string) => ({
    id,
    status: 'active' as const,
    created_at: new Date('2026-11-26T12:00:00Z'),
    updated_at: new Date('2026-11-26T12:00:00Z'),
  });

  test('are part of the transaction with the statements around them', async () => {
    const undone = database.transaction(async (tx) => {
      await tx.inRepository(AccountEntity, (accounts) => accounts.insert(row('mia')));
      const [found] = await tx.query<{ generation: string }>(
        statement('spec_generation', sql`select generation from accounts where id = 'mia'`),
      );
      expect(found?.generation).toMatch(/^[\da-f-]{36}$/);
      expect(await hasAccounts(tx)).toBe(true);
      expect(await hasAccounts(database)).toBe(false);
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect(await hasAccounts(database)).toBe(false);
  });

  test('a fault has the SQLSTATE, and no value of the row', async () => {
    await database.inRepository(AccountEntity, (accounts) => accounts.insert(row('noa')));
    const again = database.inRepository(AccountEntity, (accounts) => accounts.insert(row('noa')));
    const fault = await again.catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: '23505', constraint: 'accounts_pkey' });
    expect(fault).not.toHaveProperty('parameters');
  });

  test('a missing criterion changes no row', async () => {
    const id = undefined as unknown as string;
    const change = (criteria: { id?: string }) =>
      database.inRepository(AccountEntity, (accounts) => accounts.delete(criteria));
    await Promise.allSettled([change({ id }), change({})]);
    expect(await hasAccounts(database)).toBe(true);
    expect(await deleteAccount(database, 'noa')).toBe(true);
    expect(await deleteAccount(database, 'noa')).toBe(false);
  });

  test('a lost connection has an SQLSTATE', async () => {
    const lost = database.transaction(async (tx) => {
      const read = new Promise((resolve) =>
        tx.manager.queryRunner?.connect().then((client) => client.once('end', resolve)),
      );
      const [mine] = await tx.query<{ pid: number }>(
        statement('spec_own_pid', sql`select pg_backend_pid() as pid`),
      );
      await database.query(statement('spec_end_pid', sql`select pg_terminate_backend(:pid::int, 10000)`), {
        pid: mine?.pid,
      });
      await read;
      await hasAccounts(tx);
    });
    await expect(lost).rejects.toMatchObject({ code: '08006' });
  });
});
