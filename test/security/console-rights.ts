import type { Rekey } from '../flows/rekey.js';

/** Somebody who calls the console. */
export interface Caller {
  name: string;
  headers: Record<string, string>;
}

/** Who was let in on which route. */
export type Rights = Map<string, Set<string>>;

const anything = '019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a';

/** @param template as Fastify announces it: a doubled colon is a colon */
const pathOf = (template: string): string => template.replace(/(?<!:):\w+/g, anything).replaceAll('::', ':');

/**
 * Calls every route as every caller, about accounts, clients and recoveries that do not exist.
 *
 * @param routes `METHOD template`
 * @returns whom each route did not refuse with 401 or 403, by the names of the callers
 * @throws when a route fails
 */
export async function rightsOf(
  rekey: Rekey,
  routes: readonly string[],
  callers: readonly Caller[],
): Promise<Rights> {
  const rights: Rights = new Map();
  for (const route of routes) {
    const [method = '', template = ''] = route.split(' ');
    const url = `${rekey.settings.urls.console}${pathOf(template)}`;
    const statuses = await Promise.all(
      callers.map(async ({ headers }) => (await rekey.call(method, url, { headers })).status),
    );
    const failed = statuses.findIndex((status) => status >= 500);
    if (failed >= 0) throw new Error(`${route} answers ${callers[failed]?.name} with ${statuses[failed]}`);
    const letIn = callers.filter((_, at) => statuses[at] !== 401 && statuses[at] !== 403);
    rights.set(route, new Set(letIn.map(({ name }) => name)));
  }
  return rights;
}
