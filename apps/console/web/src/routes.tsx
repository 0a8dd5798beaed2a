import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import type { AuditFilter } from './api/queries.js';
import { FaultScreen } from './components/fault.js';
import { pathInApp } from './path-in-app.js';
import { NotFound } from './screens/not-found.js';
import { Shell } from './shell.js';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <FaultScreen fault={error} onRetry={reset} />,
});
const screenOf = (load: () => Promise<{ Screen: React.ComponentType }>) => lazyRouteComponent(load, 'Screen');

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  // What is left out here, the router takes from the address as it is.
  validateSearch: ({ to }: Record<string, unknown>): { to?: string | undefined } => ({ to: pathInApp(to) }),
  component: screenOf(() => import('./screens/sign-in.js')),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: screenOf(() => import('./screens/invitation.js')),
});
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: ({ days }: Record<string, unknown>): { days?: 1 | 30 | undefined } => ({
    days: days === 1 || days === 30 ? days : undefined,
  }),
  component: screenOf(() => import('./screens/overview.js')),
});
const find = createRoute({
  getParentRoute: () => shell,
  path: '/find',
  component: screenOf(() => import('./screens/find.js')),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: '/accounts/$id',
  component: screenOf(() => import('./screens/account.js')),
});
const recovery = createRoute({
  getParentRoute: () => shell,
  path: '/recoveries/$id',
  component: screenOf(() => import('./screens/recovery.js')),
});
const decisions = createRoute({
  getParentRoute: () => shell,
  path: '/decisions',
  component: screenOf(() => import('./screens/decisions.js')),
});
const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: (given: Record<string, unknown>): AuditFilter => ({
    account_id: text(given.account_id),
    recovery_id: text(given.recovery_id),
    event: text(given.event),
    from: text(given.from),
    to: text(given.to),
  }),
  component: screenOf(() => import('./screens/audit.js')),
});
const auditEvent = createRoute({
  getParentRoute: () => shell,
  path: '/audit/$id',
  component: screenOf(() => import('./screens/audit-event.js')),
});
const request = createRoute({
  getParentRoute: () => shell,
  path: '/requests/$id',
  component: screenOf(() => import('./screens/request.js')),
});
const assist = createRoute({
  getParentRoute: () => shell,
  path: '/assists/$id',
  component: screenOf(() => import('./screens/assist.js')),
});
const overrideRequest = createRoute({
  getParentRoute: () => shell,
  path: '/overrides/new',
  validateSearch: ({ account_id }: Record<string, unknown>): { account_id?: string | undefined } => ({
    account_id: text(account_id),
  }),
  component: screenOf(() => import('./screens/override-request.js')),
});
const override = createRoute({
  getParentRoute: () => shell,
  path: '/overrides/$id',
  component: screenOf(() => import('./screens/override.js')),
});
const diagnosis = createRoute({
  getParentRoute: () => shell,
  path: '/diagnosis',
  component: screenOf(() => import('./screens/diagnosis.js')),
});
const clients = createRoute({
  getParentRoute: () => shell,
  path: '/clients',
  component: screenOf(() => import('./screens/clients.js')),
});
const members = createRoute({
  getParentRoute: () => shell,
  path: '/members',
  component: screenOf(() => import('./screens/members.js')),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  validateSearch: ({ name }: Record<string, unknown>): { name?: string | undefined } => ({
    name: text(name),
  }),
  component: screenOf(() => import('./screens/settings.js')),
});

const tree = root.addChildren([
  signIn,
  invitation,
  shell.addChildren([
    ...[overview, find, account, recovery, request, decisions, audit, auditEvent],
    ...[assist, overrideRequest, override, diagnosis, clients, members, settings],
  ]),
]);

export const makeRouter = () =>
  createRouter({
    routeTree: tree,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
