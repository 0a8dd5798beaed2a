import { basicOf, people } from './people.js';
import { newHousehold, useRekey } from './rekey.js';

describe('the right to change a client', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const call = (bearer: string, method: string, id: string, more?: object) =>
    rekey.call(method, `${rekey.settings.urls.console}/v1/clients/${id}`, {
      bearer,
      json: more && { name: id, type: 'public', grants: ['refresh_token'], ...more },
    });
  /** A management client with the right to make clients, made by the management client of the settings. */
  const maker = async (id: string): Promise<string> => {
    const machine = { type: 'confidential', grants: ['client_credentials'], scopes: ['clients:write'] };
    const made = await call(await who.management(), 'PUT', id, machine);
    expect(made.status).toBe(201);
    return tokenOf(id, made.body);
  };
  const tokenOf = async (id: string, body: { client_secret: string }): Promise<string> =>
    (await rekey.token({ grant_type: 'client_credentials' }, basicOf(id, body))).body.access_token;
  let one: string;
  let two: string;
  beforeAll(async () => {
    one = await maker('maker.one');
    two = await maker('maker.two');
  });
  beforeEach(() => void newHousehold());

  test('the maker of a client changes it, revokes its tokens and deletes it', async () => {
    expect((await call(one, 'PUT', 'shop', {})).status).toBe(201);
    expect((await call(one, 'PUT', 'shop', { name: 'The shop' })).status).toBe(200);
    expect((await call(one, 'DELETE', 'shop/tokens')).status).toBe(204);
    expect((await call(one, 'DELETE', 'shop')).status).toBe(204);
    expect((await call(one, 'DELETE', 'shop')).status).toBe(404);
  });

  test.each([
    ['PUT', '', { redirect_uris: ['https://evil.example/back'] }],
    ['DELETE', '', undefined],
    ['DELETE', '/tokens', undefined],
  ])('another maker is refused: %s at its path%s', async (method, path, json) => {
    expect([200, 201]).toContain((await call(one, 'PUT', 'theirs', { name: 'Theirs' })).status);
    const before = (await call(one, 'GET', 'theirs')).text;
    const refused = await call(two, method, `theirs${path}`, json);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="rekey", error="insufficient_scope", scope="clients:admin"',
    );
    expect((await call(one, 'GET', 'theirs')).text).toBe(before);
  });

  test('a maker cannot change clients of the settings, older clients or itself', async () => {
    await rekey.sql(`insert into clients (client_id, name, type, redirect_uris, grants, scopes, created_at, updated_at)
      values ('old', 'Old', 'public', '{}', '{}', '{}', now(), now())`);
    for (const id of ['default', 'old', 'maker.one', rekey.settings.management.clientId])
      expect([id, (await call(one, 'PUT', id, {})).status]).toEqual([id, 403]);
  });

  test('the management client of the settings changes every client, and owners stay the same', async () => {
    const management = await who.management();
    await call(one, 'PUT', 'kept', {});
    for (const id of ['kept', 'old', 'default'])
      expect([id, (await call(management, 'PUT', id, {})).status]).toEqual([id, 200]);
    expect((await call(one, 'PUT', 'kept', {})).status).toBe(200);
    expect((await call(two, 'PUT', 'kept', {})).status).toBe(403);
    const narrow = await who.management('clients:write');
    expect((await call(narrow, 'PUT', 'kept', {})).status).toBe(403);
  });

  test('a maker without clients:admin cannot grant it', async () => {
    const json = { type: 'confidential', grants: ['client_credentials'], scopes: ['clients:admin'] };
    const refused = await call(one, 'PUT', 'climber', json);
    const errors = [{ pointer: '/scopes', detail: 'you may not grant clients:admin' }];
    expect([refused.status, refused.body.errors]).toEqual([400, errors]);
  });

  test('a maker with the name of a deleted one does not own its clients', async () => {
    const gone = await maker('maker.gone');
    await call(gone, 'PUT', 'orphan', {});
    expect((await call(await who.management(), 'DELETE', 'maker.gone')).status).toBe(204);
    // Its tokens ended with it, in whole seconds.
    rekey.clock.advance(6_000);
    const again = await maker('maker.gone');
    expect((await call(again, 'PUT', 'orphan', {})).status).toBe(403);
  });
});
