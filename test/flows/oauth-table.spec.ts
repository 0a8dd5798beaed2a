import {
  authenticationRows,
  basic,
  bodyRows,
  device,
  forms,
  type Given,
  type Row,
  type Sent,
  tokenRows,
} from './oauth-rows.js';
import { people } from './people.js';
import { newHousehold, useRekey } from './rekey.js';

const endpoints = ['token', 'revoke', 'introspect', 'device_authorization'];

/** RFC 6749 §3.2, §5.1 and §5.2, line by line. */
describe('the OAuth endpoints', () => {
  const rekey = useRekey();
  let given: Given;
  beforeAll(async () => {
    const who = people(rekey);
    await who.put('buyer');
    const put = async (id: string, json: object) => {
      const url = `${rekey.settings.urls.console}/v1/clients/${id}`;
      const answer = await rekey.call('PUT', url, { bearer: await who.management(), json });
      expect(answer.status).toBe(201);
      return answer.body.client_secret as string;
    };
    const shop = { name: 'Shop', type: 'confidential', scopes: ['account', 'orders'] };
    const secret = await put('shop:one', { ...shop, grants: ['client_credentials', 'refresh_token'] });
    await put('tv', { name: 'TV', type: 'public', grants: [device, 'refresh_token'], scopes: ['account'] });
    newHousehold();
    const shopSession = (await who.signIn('buyer', { client_id: 'shop:one' })).body;
    given = {
      shop: { id: 'shop:one', secret },
      refresh: (await who.signIn('buyer')).body.refresh_token,
      shopRefresh: shopSession.refresh_token,
      shopAccess: shopSession.access_token,
    };
  });

  const send = async (endpoint: string, { form, body, type, headers, query = '' }: Sent, method = 'POST') => {
    const response = await fetch(`${rekey.settings.urls.issuer}/oauth2/${endpoint}${query}`, {
      method,
      headers: {
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...(type ? { 'content-type': type } : {}),
        ...headers,
      },
      body: (form ? new URLSearchParams(form).toString() : body) as never,
    });
    const text = await response.text();
    const json = text ? JSON.parse(text) : {};
    const at = `${endpoint}: ${response.status} ${text.slice(0, 200)}`;
    // Holds for every response.
    expect([at, response.headers.get('cache-control')]).toEqual([at, 'no-store']);
    expect([at, response.headers.get('pragma')]).toEqual([at, 'no-cache']);
    expect([at, response.status < 500]).toEqual([at, true]);
    if (json.error !== undefined) {
      expect(json.error_description ?? '').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
      expect(Object.keys(json).every((name) => ['error', 'error_description'].includes(name))).toBe(true);
    }
    if (text && response.status !== 405)
      expect([at, response.headers.get('content-type')]).toEqual([at, 'application/json; charset=utf-8']);
    const challenge = response.headers.get('www-authenticate');
    expect([at, challenge]).toEqual([at, response.status === 401 ? expect.stringMatching(/^Basic /) : null]);
    return {
      status: response.status,
      error: json.error as string | undefined,
      json,
      headers: response.headers,
    };
  };
  const expectRow = async (endpoint: string, [what, request, status, error]: Row) => {
    const answer = await send(endpoint, request(given));
    expect([endpoint, what, answer.status, answer.error]).toEqual([endpoint, what, status, error]);
  };

  test.each(tokenRows)('token: %s', async (...row) => expectRow('token', row));

  test.each(authenticationRows)('client authentication: %s', async (...row) => {
    await expectRow('token', row);
  });

  test.each(bodyRows)('a body of the kind %s', async (...row) => {
    for (const endpoint of endpoints) await expectRow(endpoint, row);
  });

  test('a form may name its charset, in any case', async () => {
    for (const type of [
      'application/x-www-form-urlencoded; charset=UTF-8',
      'application/x-www-form-urlencoded;charset=utf-8',
      'Application/X-WWW-Form-URLEncoded ; Charset="utf-8"',
    ]) {
      const { id, secret } = given.shop;
      const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
      expect([type, (await send('token', { form, type })).status]).toEqual([type, 200]);
    }
  });

  test('client authentication is the same at every endpoint, and a confidential client cannot skip it [RFC9700 2.5]', async () => {
    const { id, secret } = given.shop;
    for (const endpoint of endpoints) {
      const form: Record<string, string> =
        endpoint === 'token' ? (forms.client_credentials ?? {}) : { token: 'x' };
      const { client_id: _id, client_secret: _secret, ...rest } = form;
      const errorOf = async (more: Record<string, string>, headers: Record<string, string> = {}) =>
        (await send(endpoint, { form: { ...rest, ...more }, headers })).error;
      expect(await errorOf({ client_id: id })).toBe('invalid_client');
      expect(await errorOf({ client_id: id, client_secret: 'wrong' })).toBe('invalid_client');
      expect(await errorOf({}, basic(id, 'wrong'))).toBe('invalid_client');
      expect(await errorOf({}, { authorization: 'Basic ?' })).toBe('invalid_client');
      expect(await errorOf({ client_secret: secret }, basic(id, secret))).toBe('invalid_request');
      const right = endpoint === 'device_authorization' ? 'unauthorized_client' : undefined;
      expect([endpoint, await errorOf({ client_id: id, client_secret: secret })]).toEqual([endpoint, right]);
      expect([endpoint, await errorOf({ client_id: id }, basic(id, secret))]).toEqual([endpoint, right]);
    }
  });

  test('a client can use its own grants only', async () => {
    const { id, secret } = given.shop;
    const clients: [form: Record<string, string>, grants: string[]][] = [
      [{ client_id: 'default' }, ['authorization_code', 'refresh_token']],
      [{ client_id: 'tv' }, [device, 'refresh_token']],
      [{ client_id: id, client_secret: secret }, ['client_credentials', 'refresh_token']],
    ];
    for (const [client, grants] of clients)
      for (const grant of ['authorization_code', 'refresh_token', 'client_credentials', device]) {
        const { scope: _scope, client_secret: _secret, ...form } = forms[grant] ?? {};
        const { error } = await send('token', { form: { ...form, ...client } });
        const isTheirs = grants.includes(grant);
        expect([client.client_id, grant, error !== 'unauthorized_client']).toEqual([
          client.client_id,
          grant,
          isTheirs,
        ]);
      }
  });

  test.each(endpoints)('%s refuses every method but POST', async (endpoint) => {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await send(endpoint, { query: '?token=x&grant_type=refresh_token' }, method);
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
  });

  test.each(endpoints)('%s ignores parameters in its URL', async (endpoint) => {
    const { id, secret } = given.shop;
    const form = { grant_type: 'client_credentials', token: 'x' };
    for (const name of ['client_id', 'client_secret', 'token', 'grant_type', 'refresh_token', 'code']) {
      const query = `?${new URLSearchParams({ [name]: name === 'client_secret' ? secret : id })}`;
      expect([name, (await send(endpoint, { form, query, headers: basic(id, secret) })).error]).toEqual([
        name,
        'invalid_request',
      ]);
    }
    const { error } = await send(endpoint, { form, query: '?utm_source=x', headers: basic(id, secret) });
    expect(error).toBe(endpoint === 'device_authorization' ? 'unauthorized_client' : undefined);
  });

  const parameters = [
    ...Object.entries(forms).flatMap(([grant, form]) =>
      Object.keys(form).map((name) => ['token', grant, name, form] as const),
    ),
    ...['revoke', 'introspect'].flatMap((endpoint) =>
      ['token', 'token_type_hint', 'client_id', 'client_secret'].map(
        (name) => [endpoint, '', name, { token: 'x', client_id: 'tv' }] as const,
      ),
    ),
    ...['client_id', 'scope'].map((name) => ['device_authorization', '', name, { client_id: 'tv' }] as const),
  ];

  test.each(parameters)(
    '%s %s: a repeated %s is refused, whatever its values',
    async (endpoint, _grant, name, form) => {
      const rest = new URLSearchParams(form);
      const value = rest.get(name) ?? 'x';
      rest.delete(name);
      for (const twice of [
        [value, value],
        [value, ''],
        ['', value],
      ]) {
        const body = [...[...rest], ...twice.map((one) => [name, one])].map(
          ([key = '', one = '']) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`,
        );
        const answer = await send(endpoint, {
          body: body.join('&'),
          type: 'application/x-www-form-urlencoded',
        });
        expect([twice, answer.status, answer.error]).toEqual([twice, 400, 'invalid_request']);
      }
    },
  );

  /** The refusal for each kind of value when it is odd; never a fault. */
  const refusedAs: Record<string, [number, string]> = {
    client_id: [401, 'invalid_client'],
    client_secret: [401, 'invalid_client'],
    grant_type: [400, 'unsupported_grant_type'],
    code: [400, 'invalid_grant'],
    refresh_token: [400, 'invalid_grant'],
    device_code: [400, 'invalid_grant'],
    code_verifier: [400, 'invalid_request'],
    subject_token: [400, 'invalid_request'],
    subject_token_type: [400, 'invalid_request'],
    audience: [400, 'invalid_target'],
    resource: [400, 'invalid_target'],
  };
  test.each(parameters.filter(([endpoint]) => endpoint === 'token'))(
    '%s %s: %s with NUL, non-ASCII, no letters, or too long',
    async (endpoint, _grant, name, form) => {
      for (const odd of [
        '%00',
        'a%00b',
        '%C3%A9',
        '%E6%97%A5',
        '%FF%FE',
        '%ED%A0%80',
        '%',
        'x'.repeat(50_000),
      ]) {
        const rest = new URLSearchParams(form);
        rest.delete(name);
        const body = `${rest}&${name}=${odd}`;
        const answer = await send(endpoint, { body, type: 'application/x-www-form-urlencoded' });
        // A scope or a redirect_uri of odd letters may exist, so the rest of the form is refused.
        const isText = !['%FF%FE', '%ED%A0%80', '%'].includes(odd);
        const refused = refusedAs[name] ?? [expect.any(Number), expect.stringMatching(/^invalid_/)];
        const expected = isText ? refused : [400, 'invalid_request'];
        expect([name, odd.slice(0, 9), answer.status, answer.error]).toEqual([
          name,
          odd.slice(0, 9),
          ...expected,
        ]);
      }
      const rest = new URLSearchParams(form);
      rest.delete(name);
      const bytes = Buffer.concat([Buffer.from(`${rest}&${name}=`), Buffer.from([0xff, 0xfe, 0x00, 0xc3])]);
      const answer = await send(endpoint, { body: bytes, type: 'application/x-www-form-urlencoded' });
      expect([answer.status, answer.error]).toEqual([400, 'invalid_request']);
    },
  );

  test.each(parameters)('%s %s: an empty %s counts as missing', async (endpoint, _grant, name, form) => {
    const rest: Record<string, string> = { ...form };
    delete rest[name];
    const [without, empty] = [
      await send(endpoint, { form: rest }),
      await send(endpoint, { form: { ...rest, [name]: '' } }),
    ];
    expect([empty.status, empty.json]).toEqual(
      endpoint === 'device_authorization' && without.status === 200
        ? [200, expect.any(Object)]
        : [without.status, without.json],
    );
  });
});
