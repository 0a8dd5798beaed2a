import type { FastifyInstance, RouteOptions } from 'fastify';
import type { BrowserState } from './browser-state.js';
import { everyForm, isFormPath } from './every-form.js';
import type { Form } from './form.js';
import { forbidden } from './go-on.js';
import { Presenter } from './present.js';
import { ElsewherePage } from './views-elsewhere.js';

const reading = ['GET', 'HEAD', 'OPTIONS'];
/** What no form of a page leads to: the API by bearer tokens, and what providers call. */
const machines = /^\/(v1|webhooks)\//;

/**
 * Stands before every form: one that is not ours, or is about something else than what this browser has now, changes nothing,
 * costs no try and reaches no controller.
 */
export function takeForms(fastify: FastifyInstance, browser: BrowserState, productName: string): void {
  fastify.addHook('onRoute', assertListed);
  fastify.addHook('preHandler', async (request, reply) => {
    const path = request.routeOptions.url;
    if (reading.includes(request.method) || !isFormPath(path)) return;
    const show = new Presenter(reply, request, browser, productName);
    const { csrf } = Object(request.body) as Form;
    if (!browser.isOurs(request, csrf)) return forbidden(show);
    const { about, page } = everyForm[path];
    if (about === 'nothing') return;
    const isThere = browser.subject(request, about) !== undefined;
    // Of a recovery or a session that has ended, the pages know better what to say.
    const isOver = !isThere && (about === 'recovery' || about === 'account');
    if (isOver || browser.isAbout(request, about, String(csrf).slice(44))) return;
    return show.page(
      409,
      <ElsewherePage context={show.context} about={about} page={page} isThere={isThere} />,
    );
  });
}

/** @throws for a route that a form could reach past the check */
function assertListed({ method, url }: RouteOptions): void {
  const acts = [method].flat().some((one) => !reading.includes(one));
  if (acts && !machines.test(url) && !isFormPath(url)) throw new Error(`${url} is not in everyForm`);
}
