import { managementScopes } from '@rekey/tokens';
import { basicOf } from '../flows/people.js';
import { type Rekey, startRekey } from '../flows/rekey.js';
import { expectWritten, writtenFrom } from '../written.js';
import { type Caller, type Rights, rightsOf } from './console-rights.js';
import { AnnouncedRoutes } from './enumeration/announced-routes.js';

/** Open by design: nothing of a person, a client or a recovery. The screens of the web app are one page, the same for everybody. */
const open = [
  /^(GET|HEAD) \/(health\/(live|ready)|metrics|openapi\.(json|yaml)|docs(\/.*)?)$/,
  /^(GET|HEAD) \/(assets\/\*|sign-in|invitation|find|decisions|diagnosis|clients|members|settings|audit(\/:id)?)?$/,
  /^(GET|HEAD) \/((accounts|recoveries|requests|assists)\/:id|overrides\/(new|:id))$/,
];
const isOpen = (route: string): boolean => open.some((one) => one.test(route));
/** What staff.spec asks for, as every role and as nobody. */
const ofStaff = /^\w+ \/staff\//;

const everyScope = managementScopes.join(' ');
const allBut = (scope: string) => managementScopes.filter((one) => one !== scope).join(' ');

describe('every route of the console, as every caller', () => {
  let rekey: Rekey;
  let announced: AnnouncedRoutes;
  let routes: string[];
  let rights: Rights;

  const bearing = (name: string, token: string): Caller => ({
    name,
    headers: { authorization: `Bearer ${token}` },
  });

  const clientToken = async (scope: string, clientId: string, secret: string): Promise<string> => {
    const headers = basicOf(clientId, { client_secret: secret });
    const { body } = await rekey.token(
      { grant_type: 'client_credentials', ...(scope ? { scope } : {}) },
      headers,
    );
    return body.access_token;
  };

  /** A person who is signed in at a client that may do everything. */
  const personToken = async (bearer: string): Promise<string> => {
    const { console: api, issuer } = rekey.settings.urls;
    const put = (path: string, json: object) => rekey.call('PUT', `${api}${path}`, { bearer, json });
    await put('/v1/clients/wide', { name: 'Wide', type: 'public', scopes: [...managementScopes] });
    await put('/v1/accounts/pia', {
      username: 'pia',
      password: 'a sentence of hers',
      roles: ['staff', 'admin'],
    });
    const json = { identifier: 'pia', password: 'a sentence of hers', client_id: 'wide' };
    const { body } = await rekey.call('POST', `${issuer}/v1/sessions`, { json });
    expect(body.scope.split(' ')).toEqual(expect.arrayContaining([...managementScopes]));
    return body.access_token;
  };

  /** Who has no right, whatever the route. */
  const strangers = async (all: string): Promise<Caller[]> => {
    const { console: api } = rekey.settings.urls;
    const json = {
      name: 'Reports',
      type: 'confidential',
      grants: ['client_credentials'],
      scopes: ['reports'],
    };
    const { body } = await rekey.call('PUT', `${api}/v1/clients/reports`, { bearer: all, json });
    const { clientId, clientSecret } = rekey.settings.management;
    return [
      { name: 'nobody', headers: {} },
      bearing('no token of ours', 'AAAA'),
      { name: 'the client by its secret', headers: basicOf(clientId, { client_secret: clientSecret }) },
      bearing('a client without scopes', await clientToken('', 'reports', body.client_secret)),
      bearing('a person', await personToken(all)),
    ];
  };

  let strange: Caller[];
  beforeAll(async () => {
    announced = new AnnouncedRoutes();
    rekey = await startRekey();
    routes = announced
      .list({ console: rekey.settings.ports.console })
      .map((route) => route.replace(/^console /, ''))
      .filter((route) => !ofStaff.test(route))
      .sort();
    const { clientId, clientSecret } = rekey.settings.management;
    const token = (scope: string) => clientToken(scope, clientId, clientSecret);
    strange = await strangers(await token(everyScope));
    const scoped: Caller[] = [bearing(everyScope, await token(everyScope))];
    for (const scope of managementScopes)
      scoped.push(bearing(scope, await token(scope)), bearing(allBut(scope), await token(allBut(scope))));
    rights = new Map([
      ...(await rightsOf(rekey, routes.filter(isOpen), strange.slice(0, 1))),
      ...(await rightsOf(
        rekey,
        routes.filter((route) => !isOpen(route)),
        [...strange, ...scoped],
      )),
    ]);
  });
  afterAll(async () => {
    announced.stop();
    await rekey?.close();
  });

  const letIn = (route: string, caller: string): boolean => rights.get(route)?.has(caller) ?? false;
  const guarded = () => routes.filter((route) => !isOpen(route));
  /** The scopes without which a token with all others is refused. */
  const needed = (route: string) => managementScopes.filter((scope) => !letIn(route, allBut(scope)));

  test('a route is open only by design', () => {
    expect(guarded().length).toBeGreaterThan(20);
    expect(
      guarded().flatMap((route) =>
        strange.filter(({ name }) => letIn(route, name)).map(({ name }) => `${route}: ${name}`),
      ),
    ).toEqual([]);
    expect(routes.filter((route) => isOpen(route) && !letIn(route, 'nobody'))).toEqual([]);
  });

  test('a route takes the scopes that it needs, and no other', () => {
    for (const route of guarded()) {
      expect([route, letIn(route, everyScope)]).toEqual([route, true]);
      const alone = managementScopes.filter((scope) => letIn(route, scope));
      expect([route, alone]).toEqual([route, needed(route).length === 1 ? needed(route) : []]);
      expect(needed(route).length).toBeGreaterThan(0);
      if (route.startsWith('HEAD'))
        expect([route, needed(route)]).toEqual([route, needed(route.replace('HEAD', 'GET'))]);
    }
  });

  test('the table of scopes is as written', () => {
    const inOrder = guarded()
      .filter((route) => !route.startsWith('HEAD'))
      .map((route) => {
        const [method = '', template = ''] = route.split(' ');
        return {
          method,
          path: template
            .replaceAll('::', '\0')
            .replace(/:(\w+)/g, '{$1}')
            .replaceAll('\0', ':'),
          route,
        };
      })
      .sort((one, other) => `${one.path} ${one.method}`.localeCompare(`${other.path} ${other.method}`, 'en'));
    const page = [
      writtenFrom('the routes of the console, as test/security/console-rights.spec.ts calls them'),
      '',
      '# Management scopes',
      '',
      'What each call of the management API needs. Of several scopes, a token needs each. Every other token is refused with 403, that of a',
      'person too, and no token with 401. `clients:admin` alone opens nothing: with `clients:write` it also changes clients that the caller has',
      'not created.',
      '',
      '| call | scopes |',
      '|---|---|',
      ...inOrder.map(
        ({ method, path, route }) =>
          `| \`${method} ${path}\` | ${needed(route)
            .map((scope) => `\`${scope}\``)
            .join(' ')} |`,
      ),
      '',
    ].join('\n');
    expectWritten('docs/reference/management-scopes.md', page);
  });
});
