import type { Seen, Visitor } from './visitor.js';

/** A request that anybody can make, and its route, as the server names it. */
export interface Step {
  route: string;
  send(visitor: Visitor): Promise<Seen>;
}

/** Advances the clock, far enough for another code. */
export const later = { laterMs: 61_000 } as const;

type Body = (visitor: Visitor) => Record<string, unknown>;
type Form = (visitor: Visitor) => Record<string, string>;

const filled = (path: string, visitor: Visitor): string =>
  path.replace(':id', path.startsWith('/v1/accounts/') ? visitor.account : visitor.id);
const routeOf = (app: string, method: string, path: string): string =>
  `${app} ${method} ${path.replace(/\?.*$/, '')}`;

const json = (app: string, method: string, path: string, body?: Body, bearer?: string): Step => ({
  route: routeOf(app, method, path),
  send: (visitor) =>
    visitor.send(app, method, filled(path, visitor), {
      json: body?.(visitor),
      bearer: bearer ?? visitor.token,
    }),
});
const page = (path: string, route = path): Step => ({
  route: routeOf('recovery', 'GET', route),
  send: (visitor) => visitor.send('recovery', 'GET', path),
});
const head = (path: string, app = 'recovery'): Step => ({
  route: routeOf(app, 'HEAD', path),
  send: (visitor) =>
    visitor.send(app, 'HEAD', filled(path, visitor), app === 'recovery' ? { bearer: visitor.token } : {}),
});
const form = (path: string, fields: Form = () => ({})): Step => ({
  route: routeOf('recovery', 'POST', path),
  send: (visitor) =>
    visitor.send('recovery', 'POST', path, { form: { csrf: visitor.csrf, ...fields(visitor) } }),
});
const grant = (path: string, fields: Record<string, string>): Step => ({
  route: routeOf('issuer', 'POST', path),
  send: (visitor) => visitor.send('issuer', 'POST', path, { form: fields }),
});

const recoveries = '/v1/recoveries';
const nobodysToken = 'A'.repeat(75);
const nobodysBearer = 'A'.repeat(43);
const wrong = (kind: string, value: string): Step =>
  json('recovery', 'POST', `${recoveries}/:id/proofs`, () => ({ kind, value }));
const wrongCode = wrong('code', '00000000');

/** The JSON API, in the order of an attack. */
const api: (Step | typeof later)[] = [
  json('recovery', 'POST', recoveries, ({ who }) => ({ identifier: who })),
  json('recovery', 'GET', `${recoveries}/:id`),
  head(`${recoveries}/:id`),
  json('recovery', 'GET', `${recoveries}/:id`, undefined, nobodysBearer),
  wrongCode,
  wrong('backup_code', 'AAAA-BBBB-CCCC-DDDD'),
  wrong('totp', '000000'),
  json('recovery', 'POST', `${recoveries}/:id/codes`, () => ({})),
  json('recovery', 'POST', `${recoveries}/:id/credentials`, () => ({})),
  json('recovery', 'POST', `${recoveries}/:id/credentials`, () => ({ password: 'a sentence of nobody' })),
  json('recovery', 'POST', '/v1/stops', () => ({ token: nobodysToken })),
  json('recovery', 'POST', '/v1/assists', () => ({ code: 'BBBB-BBBB' })),
  json('recovery', 'GET', '/v1/assists/:id', undefined, nobodysBearer),
  head('/v1/assists/:id'),
  later,
  json('recovery', 'POST', `${recoveries}/:id/codes`, () => ({
    address_id: '01890000-0000-7000-8000-0000000000ff',
  })),
  json('recovery', 'POST', `${recoveries}/:id/codes`, () => ({ channel: 'sms' })),
  json('recovery', 'GET', `${recoveries}/:id`),
  wrongCode,
  wrongCode,
  wrongCode,
  json('recovery', 'DELETE', `${recoveries}/:id`),
  json('recovery', 'DELETE', `${recoveries}/:id`),
  wrongCode,
];

const pages: (Step | typeof later)[] = [
  page('/recover'),
  head('/recover'),
  form('/recover', ({ who }) => ({ identifier: who })),
  page('/recover/code'),
  head('/recover/code'),
  form('/recover/code', () => ({ code: '' })),
  form('/recover/code', () => ({ code: '0000 0000' })),
  form('/recover/code', () => ({ code: '1111 1111' })),
  page('/recover/other'),
  head('/recover/other'),
  form('/recover/other', () => ({ kind: 'backup_code', value: 'AAAA-BBBB-CCCC-DDDD' })),
  form('/recover/other', () => ({ kind: 'totp', value: '000000' })),
  page('/recover/progress'),
  head('/recover/progress'),
  form('/recover/resend'),
  page('/recover/password'),
  head('/recover/password'),
  form('/recover/password', () => ({ password: 'a sentence of nobody' })),
  form('/recover/return'),
  form('/recover/cancel'),
  page(`/recover/link?token=${nobodysToken}`, '/recover/link'),
  page('/recover/link'),
  page('/recover/assist'),
  head('/recover/assist'),
  form('/recover/assist', () => ({ code: 'BBBB-BBBB' })),
  page('/recover/assist/progress'),
  head('/recover/assist/progress'),
  page('/recover/back'),
  head('/recover/back'),
  head('/recover/link'),
  form('/recover/link', () => ({ number: '123' })),
  later,
  form('/recover/resend', () => ({ channel: 'sms' })),
  page('/recover/code?sent', '/recover/code'),
  form('/recover/code', () => ({ code: '0000 0000' })),
  form('/recover/code', () => ({ code: '0000 0000' })),
  page(`/stop?token=${nobodysToken}`, '/stop'),
  page('/stop'),
  head('/stop'),
  form('/stop'),
  page('/recover/done'),
  head('/recover/done'),
  page('/recover/cancelled'),
  head('/recover/cancelled'),
  ...[
    '/favicon.ico',
    '/apple-touch-icon.png',
    '/robots.txt',
    '/.well-known/change-password',
    '/recover/resend',
    '/recover/return',
    '/recover/cancel',
    '/account/sign-in',
    '/account/totp',
    '/account/totp/confirm',
    '/account/backup-codes',
    '/account/remove',
    '/account/restore',
    '/account/sign-out',
    '/device/answer',
  ].flatMap((path) => [page(path), head(path)]),
  page('/recover/nothing-here', '/recover/*'),
  head('/recover/*'),
  page('/'),
  head('/'),
];

const account: Step[] = [
  page('/account'),
  head('/account'),
  form('/account/sign-in', ({ who }) => ({ identifier: who, password: 'not the password' })),
  form('/account/totp'),
  form('/account/totp/confirm', () => ({ setup: 'none', value: '000000' })),
  form('/account/backup-codes'),
  form('/account/remove', () => ({ id: 'none' })),
  form('/account/restore', () => ({ id: 'none' })),
  form('/account/sign-out'),
  page('/device'),
  head('/device'),
  form('/device', () => ({ user_code: 'BBBB-BBBB' })),
  form('/device/answer', () => ({ user_code: 'BBBB-BBBB', decision: 'allow' })),
];

const signIn = (more: object): Step =>
  json('issuer', 'POST', '/v1/sessions', ({ who }) => ({
    identifier: who,
    password: 'not the password',
    ...more,
  }));

const issuer: Step[] = [
  signIn({}),
  signIn({ second_factor: { kind: 'totp', value: '000000' } }),
  grant('/oauth2/token', { grant_type: 'refresh_token', refresh_token: nobodysBearer, client_id: 'default' }),
  grant('/oauth2/token', {
    grant_type: 'authorization_code',
    code: nobodysBearer,
    code_verifier: nobodysBearer,
    redirect_uri: 'https://app.example/back',
    client_id: 'default',
  }),
  grant('/oauth2/revoke', { token: nobodysBearer, client_id: 'default' }),
  grant('/oauth2/introspect', { token: nobodysBearer, client_id: 'default' }),
  json('issuer', 'POST', '/v1/tokens/diagnose', () => ({ token: nobodysBearer }), nobodysBearer),
  json('issuer', 'GET', '/v1/sessions', undefined, nobodysBearer),
  head('/v1/sessions', 'issuer'),
  json('issuer', 'DELETE', '/v1/sessions/:id', undefined, nobodysBearer),
  json('issuer', 'GET', '/v1/authenticators', undefined, nobodysBearer),
  head('/v1/authenticators', 'issuer'),
  json('issuer', 'POST', '/v1/authenticators/totp', undefined, nobodysBearer),
  json('issuer', 'POST', '/v1/authenticators/:id/confirm', () => ({ value: '000000' }), nobodysBearer),
  json('issuer', 'POST', '/v1/authenticators/backup_codes', undefined, nobodysBearer),
  json('issuer', 'DELETE', '/v1/authenticators/:id', undefined, nobodysBearer),
  json('issuer', 'POST', '/v1/authenticators/:id/restore', undefined, nobodysBearer),
  json('issuer', 'POST', '/v1/device_codes', () => ({ user_code: 'BBBB-BBBB' }), nobodysBearer),
  json(
    'issuer',
    'PUT',
    '/v1/device_codes',
    () => ({ user_code: 'BBBB-BBBB', decision: 'allow' }),
    nobodysBearer,
  ),
  json('issuer', 'PUT', '/v1/password', () => ({ password: 'a sentence of somebody else' }), nobodysBearer),
];

const staffOnly: Step[] = [
  json('console', 'GET', '/v1/accounts?identifier=p0001@x.test', undefined, nobodysBearer),
  head('/v1/accounts', 'console'),
  json('console', 'PUT', '/v1/accounts/:id', () => ({ addresses: [] }), nobodysBearer),
  json('console', 'PATCH', '/v1/accounts/:id', () => ({ status: 'disabled' }), nobodysBearer),
  json('console', 'GET', '/v1/accounts/:id/export', undefined, nobodysBearer),
  head('/v1/accounts/:id/export', 'console'),
  json('console', 'GET', '/v1/accounts/:id', undefined, nobodysBearer),
  head('/v1/accounts/:id', 'console'),
  json('console', 'DELETE', '/v1/accounts/:id', undefined, nobodysBearer),
  json('console', 'DELETE', '/v1/accounts/:id/audit', undefined, nobodysBearer),
  json('console', 'GET', '/v1/accounts/:id/tokens', undefined, nobodysBearer),
  head('/v1/accounts/:id/tokens', 'console'),
  json('console', 'DELETE', '/v1/accounts/:id/tokens', undefined, nobodysBearer),
  json('console', 'DELETE', '/v1/accounts/:id/tokens/:family', undefined, nobodysBearer),
  json('console', 'GET', '/v1/recoveries', undefined, nobodysBearer),
  head('/v1/recoveries', 'console'),
  json('console', 'GET', '/v1/recoveries/:id', undefined, nobodysBearer),
  head('/v1/recoveries/:id', 'console'),
  json('console', 'DELETE', '/v1/recoveries/:id/tokens', undefined, nobodysBearer),
  json('console', 'POST', '/v1/recoveries/:id/release', () => ({ reason: 'asked' }), nobodysBearer),
  json('console', 'POST', '/v1/recoveries/:id/deny', () => ({ reason: 'asked' }), nobodysBearer),
];

export const journey: readonly (Step | typeof later)[] = [
  ...api,
  ...pages,
  ...account,
  ...issuer,
  ...staffOnly,
];

/** Routes that know neither a person nor a recovery, so they have nothing to reveal. */
export const impersonal: readonly RegExp[] = [
  /^\w+ (GET|HEAD) \/(health\/(live|ready)|metrics)$/,
  /^\w+ (GET|HEAD) \/(docs|openapi\.(json|yaml))/,
  /^recovery (GET|HEAD) \/recover\/assets\/[\w.-]+$/,
  /^issuer (GET|HEAD) \/(\.well-known\/oauth-authorization-server|oauth2\/jwks)$/,
  /^recovery (GET|HEAD) \/\.well-known\/jwks\.json$/,
  // The web app for staff: the same page and files for everyone.
  /^console (GET|HEAD) \/(sign-in|invitation|find|decisions|diagnosis|clients|members|settings|audit(\/:id)?)?$/,
  /^console (GET|HEAD) \/((accounts|recoveries|requests|assists|overrides)\/:id|overrides\/new|assets\/\*)$/,
  // The response to a preflight depends on origin and path only.
  /^(recovery|issuer) OPTIONS \*$/,
  // The device grant, before any person is involved.
  /^issuer POST \/oauth2\/device_authorization$/,
  // Needs Twilio's signature, and is about messages that were sent.
  /^recovery POST \/webhooks\/twilio\/status$/,
  // The console: it looks up no account before somebody is signed in.
  /^console \w+ \/staff\//,
  // Needs a management token, and is about clients, the whole audit or whole files.
  /^console (GET|HEAD) \/v1\/(clients|audit(\/(export|(:id|\{id\})(\/proof)?))?)$/,
  /^console (GET|HEAD|PUT|DELETE) \/v1\/clients\/:client_id(\/tokens)?$/,
  /^console POST \/v1\/accounts::?import$/,
];
