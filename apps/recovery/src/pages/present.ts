import type { Locale } from '@rekey/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { render } from 'preact-render-to-string';
import type { BrowserRecovery, BrowserState } from './browser-state.js';
import { everyForm, isFormPath } from './every-form.js';
import type { PageContext } from './shell.js';

/** Pages of one request: what they are made for, and how they leave. */
export class Presenter {
  readonly context: PageContext;

  constructor(
    private readonly reply: FastifyReply,
    request: FastifyRequest,
    private readonly browser: BrowserState,
    service: string,
  ) {
    const locale: Locale = browser.locale(request);
    // After a form that did not work the address is still the form's, and is there to be read.
    this.context = { locale, service, here: hereOf(request), csrf: browser.csrf(request, reply) };
  }

  /** @param formTo where a form of this page may end up beside us: Chromium applies `form-action` to redirects too */
  page(status: number, view: VNode, formTo?: string): FastifyReply {
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
    // What is away for a moment: programs that fetch a page come again too (RFC 9110 §15.6.4).
    if (status === 503) this.reply.header('retry-after', '5');
    return this.reply
      .status(status)
      .header('content-security-policy', policy)
      .header('content-language', this.context.locale)
      .header('content-type', 'text/html; charset=utf-8')
      .send(`<!doctype html>${render(view)}`);
  }

  /** Whose recovery waits comes back to it days later. @param seconds for which the browser keeps it */
  keep(recovery: BrowserRecovery, seconds: number): void {
    this.browser.keepRecovery(this.reply, recovery, seconds);
  }

  /** 303 after a form, so that neither reload nor back sends it again (RFC 9110 §15.4.4; RFC 9700 §4.12). */
  to(url: string): FastifyReply {
    return this.reply.redirect(url, 303);
  }
}

function hereOf(request: FastifyRequest): string {
  const { pathname, searchParams } = new URL(request.url, 'http://here');
  searchParams.delete('lang');
  searchParams.delete('token');
  const query = searchParams.toString();
  return `${isFormPath(pathname) ? everyForm[pathname].page : pathname}${query ? `?${query}` : ''}`;
}
