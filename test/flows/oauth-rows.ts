/** The clients and tokens of the rows; the test creates them first. */
export interface Given {
  /** A confidential client whose id needs form encoding inside Basic. */
  shop: { id: string; secret: string };
  /** An active refresh token of the client `default`, one of the shop, and an access token of the shop itself. */
  refresh: string;
  shopRefresh: string;
  shopAccess: string;
}

type Form = Record<string, string>;
export interface Sent {
  form?: Form;
  /** In place of a form. */
  body?: string | Uint8Array;
  type?: string;
  headers?: Record<string, string> | undefined;
  query?: string;
}

/** The request, and the response: 200, or a status and an error code of RFC 6749 §5.2. */
export type Row = [what: string, send: (given: Given) => Sent, status: number, error?: string];

/** RFC 6749 §2.3.1: each half is form-encoded, then both are joined. */
export const basic = (id: string, secret: string): Record<string, string> => {
  const encode = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
  return { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}` };
};

export const device = 'urn:ietf:params:oauth:grant-type:device_code';
export const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const own = ({ shop }: Given): Sent => ({
  form: { grant_type: 'client_credentials' },
  headers: basic(shop.id, shop.secret),
});
const byForm = ({ shop }: Given, more: Form = {}): Sent => ({
  form: { grant_type: 'client_credentials', client_id: shop.id, client_secret: shop.secret, ...more },
});
const refreshing = (more: Form = {}): Sent => ({
  form: { grant_type: 'refresh_token', refresh_token: 'x', ...more },
});
const assertion = { client_assertion: 'a.b.c', client_assertion_type: 'urn:x' };

/** Grants, scopes and codes of the token endpoint. */
export const tokenRows: Row[] = [
  ['no parameter at all', () => ({ form: {} }), 400, 'invalid_request'],
  ['no refresh_token', () => ({ form: { grant_type: 'refresh_token' } }), 400, 'invalid_request'],
  ['an empty refresh_token', () => refreshing({ refresh_token: '' }), 400, 'invalid_request'],
  [
    'a grant of old',
    () => ({ form: { grant_type: 'password', username: 'a' } }),
    400,
    'unsupported_grant_type',
  ],
  [
    'a grant that is none',
    () => ({ form: { grant_type: 'x'.repeat(9_999) } }),
    400,
    'unsupported_grant_type',
  ],
  ['a token of nobody', () => refreshing(), 400, 'invalid_grant'],
  ['a token of another client', (g) => refreshing({ refresh_token: g.shopRefresh }), 400, 'invalid_grant'],
  ['a code of nobody', () => ({ form: { ...code, client_id: 'tv' } }), 400, 'unauthorized_client'],
  ['a code that is unknown', () => ({ form: code }), 400, 'invalid_grant'],
  ['a code without a verifier', () => ({ form: { ...code, code_verifier: '' } }), 400, 'invalid_request'],
  ['a device that is unknown', () => ({ form: { ...deviceForm, client_id: 'tv' } }), 400, 'invalid_grant'],
  ['a device where none may', () => ({ form: deviceForm }), 400, 'unauthorized_client'],
  [
    'a public client for itself',
    () => ({ form: { grant_type: 'client_credentials' } }),
    400,
    'unauthorized_client',
  ],
  ['a scope of others', (g) => byForm(g, { scope: 'orders admin' }), 400, 'invalid_scope'],
  ['a scope that is no scope', (g) => byForm(g, { scope: 'orders "\\' }), 400, 'invalid_scope'],
  [
    'a wider scope at a refresh',
    (g) => refreshing({ refresh_token: g.refresh, scope: 'all' }),
    400,
    'invalid_scope',
  ],
  [
    'a scope of NUL at a refresh',
    (g) => refreshing({ refresh_token: g.refresh, scope: '\0' }),
    400,
    'invalid_scope',
  ],
  ['an assertion of nobody', () => ({ form: subject }), 400, 'invalid_request'],
  [
    'another kind of subject',
    () => ({ form: { ...subject, subject_token_type: 'x' } }),
    400,
    'invalid_request',
  ],
  [
    'for another audience',
    () => ({ form: { ...subject, audience: 'https://x.example' } }),
    400,
    'invalid_target',
  ],
  [
    'for another resource',
    () => ({ form: { ...subject, resource: 'https://x.example' } }),
    400,
    'invalid_target',
  ],
  ['with an actor', () => ({ form: { ...subject, actor_token: 'a.b.c' } }), 400, 'invalid_request'],
  ['by the header', own, 200],
  ['by the form', byForm, 200],
  ['an empty scope is all of it', (g) => byForm(g, { scope: '' }), 200],
  ['what nobody knows is passed over', (g) => byForm(g, { request_id: '7', ünknown: '\0' }), 200],
];

const code = {
  grant_type: 'authorization_code',
  code: 'x',
  redirect_uri: 'https://app.example/back',
  code_verifier: 'v'.repeat(43),
};
const deviceForm = { grant_type: device, device_code: 'x' };
const subject = {
  grant_type: exchange,
  subject_token: 'a.b.c',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
};

/** One form of each grant, for rows that change one parameter. */
export const forms: Record<string, Record<string, string>> = {
  authorization_code: { ...code, client_id: 'default', client_secret: '' },
  refresh_token: { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'default', scope: 'account' },
  client_credentials: {
    grant_type: 'client_credentials',
    client_id: 'x',
    client_secret: 'x',
    scope: 'orders',
  },
  [device]: { ...deviceForm, client_id: 'tv' },
  [exchange]: { ...subject, requested_token_type: 'x', scope: 'account', audience: '', resource: '' },
};

/** Client authentication (RFC 6749 §2.3), the same at every endpoint. */
export const authenticationRows: Row[] = [
  ['no such client', () => refreshing({ client_id: 'nobody' }), 401, 'invalid_client'],
  ['no secret', ({ shop }) => refreshing({ client_id: shop.id }), 401, 'invalid_client'],
  ['an empty secret', (g) => byForm(g, { client_secret: '' }), 401, 'invalid_client'],
  ['a wrong secret', (g) => byForm(g, { client_secret: 'wrong' }), 401, 'invalid_client'],
  [
    'a wrong secret, very long',
    (g) => byForm(g, { client_secret: 'w'.repeat(50_000) }),
    401,
    'invalid_client',
  ],
  ['a secret of a public client', () => refreshing({ client_secret: 'x' }), 401, 'invalid_client'],
  [
    'a wrong secret in the header',
    (g) => ({ ...own(g), headers: basic(g.shop.id, 'x') }),
    401,
    'invalid_client',
  ],
  ['nobody in the header', (g) => ({ ...own(g), headers: basic('nobody', 'x') }), 401, 'invalid_client'],
  ['an unencoded id in the header', (g) => header(g, `${g.shop.id}:${g.shop.secret}`), 401, 'invalid_client'],
  ['no colon in the header', (g) => header(g, 'shop'), 401, 'invalid_client'],
  ['a header that is no Base64', () => tried('Basic !!!'), 401, 'invalid_client'],
  ['a header without credentials', () => tried('Basic'), 401, 'invalid_client'],
  ['another scheme', () => tried('Bearer x'), 401, 'invalid_client'],
  ['a signed assertion', () => refreshing(assertion), 401, 'invalid_client'],
  [
    'header and form',
    (g) => ({ ...byForm(g), headers: basic(g.shop.id, g.shop.secret) }),
    400,
    'invalid_request',
  ],
  [
    'header and assertion',
    (g) => ({ ...refreshing(assertion), headers: own(g).headers }),
    400,
    'invalid_request',
  ],
  ['form and assertion', (g) => byForm(g, assertion), 400, 'invalid_request'],
  [
    'two ids',
    (g) => ({ ...refreshing({ client_id: 'tv' }), headers: own(g).headers }),
    400,
    'invalid_request',
  ],
  [
    'a wrong secret beside an assertion of recovery',
    () => ({ form: subject, ...wrongHeader }),
    401,
    'invalid_client',
  ],
];
const wrongHeader = { headers: basic('nobody', 'x') };
const tried = (authorization: string): Sent => ({ ...refreshing(), headers: { authorization } });
const header = (given: Given, raw: string): Sent => ({
  ...own(given),
  headers: { authorization: `Basic ${Buffer.from(raw).toString('base64')}` },
});

/** Bodies that are no form; for every endpoint. */
export const bodyRows: Row[] = [
  [
    'JSON',
    () => ({ body: '{"grant_type":"refresh_token"}', type: 'application/json' }),
    400,
    'invalid_request',
  ],
  ['broken JSON', () => ({ body: '{', type: 'application/json' }), 400, 'invalid_request'],
  ['multipart', () => ({ body: 'x', type: 'multipart/form-data; boundary=x' }), 400, 'invalid_request'],
  ['text', () => ({ body: 'token=x', type: 'text/plain' }), 400, 'invalid_request'],
  ['no type that is one', () => ({ body: 'token=x', type: 'x' }), 400, 'invalid_request'],
  ['no type', () => ({ body: new TextEncoder().encode('token=x') }), 400, 'invalid_request'],
  ['nothing', () => ({}), 400, 'invalid_request'],
  ['a form without end', () => ({ form: { token: 'x'.repeat(70_000) } }), 413, 'invalid_request'],
];
