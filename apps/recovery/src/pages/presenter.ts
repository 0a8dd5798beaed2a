import { matchedRoute, Reply, splitTarget } from '@rekey/http';
import type { Locale } from '@rekey/kernel';
import type { FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { render } from 'preact-render-to-string';
import { languageParameters } from './asked-language.js';
import { besideOf } from './beside.js';
import type { Browser } from './browser-state.js';
import { everyForm, isFormPath } from './every-form.js';
import type { PageParts } from './page-parts.js';
import type { PageContext } from './shell.js';

/** What a handler of pages returns: a page, or where the browser goes. */
export type Page = Reply<string | undefined>;

/** Thrown where a page is shown, or the browser is led elsewhere, instead of what was asked for. */
export class ShownInstead extends Error {
  constructor(readonly page: Page) {
    super('a page is shown instead');
  }
}

/** 303 after a form, so that neither reload nor back sends it again (RFC 9110 §15.4.4; RFC 9700 §4.12). */
export const seeOther = (url: string): Page => new Reply(303, undefined, { location: url });

/** Makes the pages of one request, and has what acts and pages need for it. */
export class Presenter {
  readonly context: PageContext;

  /** @param parts bound to this request: what they record and trace belongs to it */
  constructor(
    readonly parts: PageParts,
    readonly browser: Browser,
  ) {
    const locale: Locale = browser.locale();
    const { productName: service, withoutSms } = parts;
    // After a form that did not work the address is still the form's, and is there to be read.
    this.context = {
      locale,
      service,
      withoutSms,
      here: hereOf(browser),
      pageOf: (path) => browser.pageOf(path),
      beside: besideOf(browser.request),
      csrf: browser.csrf(),
    };
  }

  /** @param formTo where a form of this page may end up beside us: Chromium applies `form-action` to redirects too */
  page(status: number, view: VNode, formTo?: string): Page {
    const policy = [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      `form-action 'self'${formTo ? ` ${formTo}` : ''}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; ');
    return new Reply(status, `<!doctype html>${render(view)}`, {
      'content-security-policy': policy,
      'content-language': this.context.locale,
      'content-type': 'text/html; charset=utf-8',
      // What is away for a moment: programs that fetch a page come again too (RFC 9110 §15.6.4).
      ...(status === 503 && { 'retry-after': '5' }),
    });
  }

  /** A recovery that is not the last of this browser goes on at addresses that name it. */
  to(url: string): Page {
    const recovery = this.browser.recovery();
    const isOfLast = !recovery || this.browser.recoveries.isLast(recovery);
    return seeOther(isOfLast || !isPageOfRecovery(url) ? url : this.browser.pageOf(url));
  }
}

/**
 * The path of the page of a request: of its route, which begins with one slash. What was asked for may read as another host's
 * (`//evil.example`, `/recover/..//evil.example`).
 */
export const pagePathOf = (request: FastifyRequest): string => matchedRoute(request).replace('/*', '');

/** Whether the page at this address shows a recovery. */
const isPageOfRecovery = (url: string): boolean =>
  ['/recover/code', '/recover/other', '/recover/password'].includes(url.split('?')[0] ?? '');

function hereOf(browser: Browser): string {
  const { request } = browser;
  const { path: asked, query: askedQuery } = splitTarget(request.url);
  // Only the page of what is not there has no route. Two slashes, or a backslash, would begin the name of another host.
  const path = request.is404 ? `/${asked.replace(/^[/\\]+/, '')}` : pagePathOf(request);
  const searchParams = new URLSearchParams(askedQuery);
  for (const name of [...languageParameters, 'token', 'of']) searchParams.delete(name);
  const query = searchParams.toString();
  const here = `${isFormPath(path) ? everyForm[path].page : path}${query ? `?${query}` : ''}`;
  return isPageOfRecovery(here) ? browser.pageOf(here) : here;
}
