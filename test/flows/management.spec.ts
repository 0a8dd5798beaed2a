import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import twilio from 'twilio';
import { basicOf } from './people.js';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

const run = promisify(execFile);

describe('management', () => {
  const rekey = useRekey();
  let api: string;
  let bearer: string;
  beforeAll(async () => {
    api = rekey.settings.urls.console;
    bearer = await tokenWith();
  });
  beforeEach(() => {
    newHousehold();
  });

  const tokenWith = async (scope?: string): Promise<string> => {
    const { clientId, clientSecret } = rekey.settings.management;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    return (await rekey.token(scope ? { ...form, scope } : form)).body.access_token;
  };
  const call = (method: string, path: string, json?: unknown, as = bearer) =>
    rekey.call(method, `${api}${path}`, { bearer: as, json });

  const grace = {
    username: 'grace',
    addresses: [
      { kind: 'email', value: 'Grace@Example.com', verified: true, primary: true },
      { kind: 'phone', value: '+1 202 555 0188', verified: false },
    ],
    roles: ['staff'],
    locale: 'zh-CN',
  };

  test('an account is created, read, replaced, recovered by its user, and deleted with its sessions', async () => {
    const created = await call('PUT', '/v1/accounts/grace', {
      ...grace,
      password: 'a compiler for everyone',
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: 'grace',
      username: 'grace',
      addresses: [
        { kind: 'email', value: 'Grace@example.com', verified: true, primary: true },
        { kind: 'phone', value: '+12025550188', verified: false, primary: false },
      ],
      roles: ['staff'],
      status: 'active',
      locale: 'zh-Hans',
    });
    expect((await call('GET', '/v1/accounts/grace')).text).toBe(created.text);
    expect(created.text).not.toContain('password');

    const story = new Story(rekey);
    expect((await story.proveBy('grace@example.com', 'Grace@example.com')).status).toBe(200);
    const tokens = (await story.complete()).body;
    expect(tokens.expires_in).toBe(300);
    const { body } = await call('GET', '/v1/accounts/grace/tokens');
    expect(body.families).toEqual([
      expect.objectContaining({ state: 'active', client_id: 'default', recovery_id: story.id }),
    ]);
    expect(JSON.stringify(body)).not.toContain(tokens.refresh_token);

    const replaced = await call('PUT', '/v1/accounts/grace', { ...grace, status: 'disabled' });
    expect([replaced.status, replaced.body.status]).toEqual([200, 'disabled']);
    const refreshed = await rekey.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
    expect(refreshed.body.error).toBe('invalid_grant');
    expect((await call('DELETE', '/v1/accounts/grace')).status).toBe(204);
    expect((await call('GET', '/v1/accounts/grace')).status).toBe(404);
    expect((await call('DELETE', '/v1/accounts/grace')).status).toBe(404);
  });

  test.each([
    [{ addresses: [{ kind: 'email', value: 'not one', verified: true }] }, '/addresses/0/value'],
    [{ is_admin: true }, '/'],
    [{ status: 'asleep' }, '/status'],
    [{ addresses: 'ada@example.com' }, '/addresses'],
  ])('%j is refused with a pointer to the fault', async (json, pointer) => {
    const answer = await call('PUT', '/v1/accounts/x', json);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  });

  test('a verified address belongs to one account; one that differs in case belongs to another', async () => {
    const with_ = (value: string) => ({ addresses: [{ kind: 'email', value, verified: true }] });
    expect((await call('PUT', '/v1/accounts/one', with_('Kim@example.com'))).status).toBe(201);
    expect((await call('PUT', '/v1/accounts/two', with_('kim@example.com'))).status).toBe(201);
    expect((await call('PUT', '/v1/accounts/three', with_('kim@EXAMPLE.com'))).body.code).toBe('conflict');
    const story = new Story(rekey);
    await story.proveBy('kim@example.com');
    await story.complete();
    const [row] = await rekey.sql('select account_id from recoveries where id = $1', [story.id]);
    expect(row.account_id).toBe('two');
  });

  test('a request without a token, with a narrower one or with a person’s is refused', async () => {
    const none = await rekey.call('GET', `${api}/v1/accounts/demo-ada`);
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="rekey"']);
    const narrow = await call('PUT', '/v1/accounts/x', {}, await tokenWith('accounts:read'));
    expect([narrow.status, narrow.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('scope="accounts:write"'),
    ]);
    const story = new Story(rekey);
    await story.proveBy('mei@example.com');
    const person = (await story.complete()).body.access_token;
    expect((await call('GET', '/v1/accounts/demo-mei', undefined, person)).status).toBe(403);
  });

  test('a secret is shown once, invalid clients are refused, and the default client cannot be deleted', async () => {
    const json = {
      name: 'Backend',
      type: 'confidential',
      grants: ['client_credentials'],
      scopes: ['reports'],
    };
    const created = await call('PUT', '/v1/clients/backend', json);
    expect([created.status, typeof created.body.client_secret]).toEqual([201, 'string']);
    const again = await call('PUT', '/v1/clients/backend', { ...json, name: 'Back end' });
    expect([again.status, again.body.client_secret]).toEqual([200, undefined]);
    expect((await call('GET', '/v1/clients/backend')).body).toMatchObject({
      name: 'Back end',
      scopes: ['reports'],
    });
    const form = {
      grant_type: 'client_credentials',
      client_id: 'backend',
      client_secret: created.body.client_secret,
    };
    expect((await rekey.token(form)).body.scope).toBe('reports');
    const bad = [
      'javascript:alert(1)',
      'https://x.example/#a',
      'https://u:p@x.example/',
      'http://x.example/',
      'https://x.example/ a',
    ];
    for (const uri of bad) {
      const answer = await call('PUT', '/v1/clients/evil', {
        name: 'Evil',
        type: 'public',
        redirect_uris: [uri],
      });
      expect([uri, answer.status]).toEqual([uri, 400]);
    }
    for (const name of ['', '  ', 'a\nb', 'a\u0000b']) {
      expect((await call('PUT', '/v1/clients/evil', { name, type: 'public' })).status).toBe(400);
    }
    for (const path of [
      '/v1/clients/a%00b',
      '/v1/accounts/a%00b',
      '/v1/accounts/a%00b/tokens',
      '/v1/accounts/a%20b',
    ]) {
      expect([path, (await call('GET', path)).status]).toEqual([path, 404]);
    }
    const session = '01a20ff7-3d3d-7d20-97ec-50bc7ab9b577';
    for (const path of [
      '/v1/accounts/a%00b',
      '/v1/accounts/a%00b/tokens',
      `/v1/accounts/a%00b/tokens/${session}`,
      '/v1/accounts/demo-ada/tokens/a%00b',
      '/v1/recoveries/a%00b/tokens',
      '/v1/clients/a%00b',
      '/v1/clients/a%00b/tokens',
    ]) {
      expect([path, (await call('DELETE', path)).status]).toEqual([path, 404]);
    }
    const nul = await rekey.token({ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'a\u0000b' });
    expect([nul.status, nul.body.error]).toEqual([401, 'invalid_client']);
    const began = await new Story(rekey).start({ identifier: 'ada', client_id: 'a\u0000b' });
    expect(began.status).toBe(400);
    const climber = {
      name: 'Climber',
      type: 'confidential',
      grants: ['client_credentials'],
      scopes: ['accounts:write'],
    };
    const climbed = await call('PUT', '/v1/clients/climber', climber, await tokenWith('clients:write'));
    expect([climbed.status, climbed.body.errors]).toEqual([
      400,
      [{ pointer: '/scopes', detail: 'you may not grant accounts:write' }],
    ]);
    expect((await call('PUT', '/v1/clients/default', { name: 'x', type: 'confidential' })).status).toBe(400);
    expect((await call('DELETE', '/v1/clients/backend')).status).toBe(204);
    expect((await call('DELETE', '/v1/clients/default')).status).toBe(409);
  });

  test('a response can be put back unchanged, but not under another id', async () => {
    for (const path of ['/v1/accounts/demo-ada', '/v1/clients/default']) {
      const { body } = await call('GET', path);
      expect((await call('PUT', path, body)).status).toBe(200);
      expect((await call('GET', path)).body).toEqual(body);
      const [member] = Object.keys(body).filter((name) => ['id', 'client_id'].includes(name));
      const other = await call('PUT', path, { ...body, [member as string]: 'another' });
      const errors = [{ pointer: `/${member}`, detail: 'does not match the id in the URL' }];
      expect([other.status, other.body.errors]).toEqual([400, errors]);
    }
  });

  test('a client that may get tokens of people can complete a recovery; another is refused at the start', async () => {
    const put = (id: string, grants: string[], type = 'public') =>
      call('PUT', `/v1/clients/${id}`, { name: id, type, grants });
    await put('shop', ['authorization_code', 'refresh_token']);
    const story = new Story(rekey);
    await story.proveBy('sam@example.com', 'sam@example.com', { client_id: 'shop' });
    const completed = await story.complete();
    expect(completed.status).toBe(201);
    const refreshed = await rekey.token({
      grant_type: 'refresh_token',
      refresh_token: completed.body.refresh_token,
      client_id: 'shop',
    });
    expect(refreshed.status).toBe(200);
    const machine = await put('machine', ['client_credentials'], 'confidential');
    const refused = await new Story(rekey).start({ identifier: 'sam' }, basicOf('machine', machine.body));
    const errors = [{ pointer: '/client_id', detail: 'this client may not get tokens of people' }];
    expect([refused.status, refused.body.errors]).toEqual([400, errors]);
  });

  test('an import reports each line, also by the command', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rekey-import-'));
    const file = join(directory, 'accounts.ndjson');
    const lines = Array.from({ length: 300 }, (_, n) =>
      JSON.stringify({
        id: `import-${n}`,
        addresses: [{ kind: 'email', value: `import${n}@example.com`, verified: true }],
      }),
    );
    lines[10] = '{"id": "broken"';
    lines[20] = JSON.stringify({
      id: 'import-20',
      addresses: [{ kind: 'phone', value: 'no number', verified: true }],
    });
    lines[30] = '';
    writeFileSync(file, lines.join('\n'));
    const { urls, management } = rekey.settings;
    const env = {
      PATH: process.env.PATH,
      REKEY_DATA_DIR: directory,
      ISSUER_URL: urls.issuer,
      CONSOLE_URL: urls.console,
      MANAGEMENT_CLIENT_ID: management.clientId,
      MANAGEMENT_CLIENT_SECRET: management.clientSecret,
    };
    const importFile = (path: string) =>
      run(process.execPath, ['dist/apps/console/src/import-command.js', 'import', path], { env }).then(
        () => ({ code: 0, stdout: '', stderr: '' }),
        (fault: { code: number; stdout: string; stderr: string }) => fault,
      );
    const { code, stdout, stderr } = await importFile(file);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      'line 11: invalid_request: not JSON',
      'line 21 (import-20): invalid_request: /addresses/0/value not a phone number in E.164 format',
    ]);
    expect(stdout).toContain('297 created, 0 replaced, 2 failed');
    expect((await importFile(join(directory, 'nothing'))).stderr).toContain('there is no file');
    rmSync(directory, { recursive: true });
  });

  test('a delivery receipt of Twilio counts only with its signature', async () => {
    const story = new Story(rekey);
    await story.proveBy('+12025550123');
    const [row] = await rekey.sql('select provider_id from messages where recovery_id = $1', [story.id]);
    const url = `${rekey.settings.urls.recovery}/webhooks/twilio/status`;
    const form = {
      MessageSid: row.provider_id,
      MessageStatus: 'undelivered',
      ErrorCode: '30003',
      SomethingNew: 'x',
    };
    const post = (signature: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
        body: new URLSearchParams(form),
      });
    expect((await post('forged')).status).toBe(403);
    const signature = twilio.getExpectedTwilioSignature(rekey.settings.twilio?.authToken ?? '', url, form);
    expect((await post(signature)).status).toBe(204);
    const [after] = await rekey.sql('select state, reason from messages where recovery_id = $1', [story.id]);
    expect(after).toEqual({ state: 'failed', reason: '30003' });
  });
});
