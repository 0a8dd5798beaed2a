import { randomBytes } from 'node:crypto';
import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { Keyring, MovableClock } from '@rekey/kernel';
import { defaultPolicy } from '@rekey/recovery';
import { type Client, readClient } from '@rekey/tokens';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { deleteClient, type ManagementContext, putClient } from './index.js';

/** From now on the audit refuses events of this actor. */
const refuseEvents = statement(
  'spec_audit_refuse',
  sql`alter table audit_events add constraint spec_refused check (actor <> 'client:unheard')`,
);
const events = statement('spec_audit_events', sql`select event, actor, detail from audit_events order by id`);

describe('clients', () => {
  let postgres: TestDatabase;
  let database: Database;
  let admin: Database;
  let context: ManagementContext;
  beforeAll(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
    admin = await openDatabase({ url: postgres.adminUrl, name: 'spec' });
    await admin.query(refuseEvents);
    const keyring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
    context = {
      database,
      keyring,
      clock: new MovableClock(1_800_000_000_000),
      strongRoles: [],
      policy: defaultPolicy,
    };
  });
  afterAll(async () => {
    await database.close();
    await admin.close();
    await postgres.drop();
  });

  const scopes = ['clients:write'];
  const caller = (clientId: string) => ({ clientId, actor: `client:${clientId}`, scopes });
  const client = (id: string, more: Partial<Client> = {}): Client => ({
    client_id: id,
    name: id,
    type: 'public',
    redirect_uris: [],
    grants: ['refresh_token'],
    scopes: [],
    lifetimes: {},
    ...more,
  });

  test('a client is not written when its audit event fails', async () => {
    const unheard = caller('unheard');
    await expect(putClient(context, unheard, client('shop'))).rejects.toMatchObject({ code: '23514' });
    expect(await readClient(database, 'shop')).toBeUndefined();

    expect(await putClient(context, caller('maker'), client('shop'))).toMatchObject({
      created: true,
    });
    const admins = { ...unheard, scopes: [...scopes, 'clients:admin'] };
    await expect(deleteClient(context, admins, 'shop')).rejects.toMatchObject({ code: '23514' });
    expect(await readClient(database, 'shop')).toMatchObject({ name: 'shop' });
    expect(await database.query(events)).toEqual([
      { event: 'client_created', actor: 'client:maker', detail: { client_id: 'shop' } },
    ]);
  });

  test('a caller cannot grant a management scope that it lacks', async () => {
    const wanted = client('other', { scopes: ['accounts:write'] });
    expect(await putClient(context, caller('maker'), wanted)).toMatchObject({
      code: 'invalid_request',
      data: { errors: [{ pointer: '/scopes', detail: 'you may not grant accounts:write' }] },
    });
    expect(await readClient(database, 'other')).toBeUndefined();
  });
});
