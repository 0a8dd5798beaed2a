import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { matchedRoute, requestOf } from '@rekey/http';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Browser } from './browser-state.js';
import { everyForm, isFormPath, type Subject } from './every-form.js';
import { type Form, markIn } from './form.js';
import { notProcessed } from './not-processed.js';
import { presenterOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { ShownInstead } from './presenter.js';
import { ElsewherePage } from './views-elsewhere.js';

const reading = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Before every handler of the app: a form that is not ours, or is about something else than what this browser has now, changes
 * nothing, costs no try and reaches no other guard.
 */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const { method, body } = request;
    const path = matchedRoute(request);
    if (reading.includes(method) || !isFormPath(path)) return true;
    const show = presenterOf(this.parts, context);
    const { browser } = show;
    const { csrf } = Object(body) as Form;
    if (!browser.isSameOriginForm(csrf)) throw new ShownInstead(notProcessed(show, path, Object(body)));
    const { about, page } = everyForm[path];
    if (about === 'nothing') return true;
    const isThere = browser.subject(about) !== undefined;
    // Of a recovery or a session that has ended, the pages know better what to say.
    const isOver = !isThere && (about === 'recovery' || about === 'account');
    const mark = markIn({ csrf });
    if (isOver || browser.isAbout(about, mark) || usedBy(browser, about, mark)) return true;
    if (about === 'recovery' && browser.endedBy(mark)) return true;
    const view = <ElsewherePage context={show.context} about={about} page={page} isThere={isThere} />;
    throw new ShownInstead(show.page(409, view));
  }
}

/** The form of a link that this browser has used: it hears again what became of that. */
export function usedBy(browser: Browser, about: Subject, mark: string): string | undefined {
  const { used } = browser.lately();
  return used?.of === about && browser.isAbout(about, mark, used.token) ? used.token : undefined;
}

/** A route that acts is a form that {@link CsrfGuard} knows, or says that no cookie decides what it does: no other is served. */
export function refuseUnlistedForms(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
    const acts = [method].flat().some((one) => !reading.includes(one));
    if (acts && !config?.withoutCookies && !isFormPath(url)) throw new Error(`${url} is not in everyForm`);
  });
}
