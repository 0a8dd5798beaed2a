import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { requestOf } from '@rekey/http';
import { askedLocale } from '@rekey/kernel';
import { browserOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { pagePathOf, ShownInstead, seeOther } from './presenter.js';

/**
 * The language that the app asks for (`ui_locales`, OpenID Connect Core §3.1.2.1: tags in order, most wanted first), and the switch of
 * language that works on every page: it keeps the person's choice, and leads to the same page without it.
 */
@Injectable()
export class LanguageGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const { method, query, url } = request;
    const { lang, ui_locales: wanted } = Object(query) as Record<string, unknown>;
    if (!['GET', 'HEAD'].includes(method)) return true;
    if (typeof lang !== 'string') {
      const asked = typeof wanted === 'string' ? askedLocale(wanted.trim().replace(/\s+/g, ',')) : undefined;
      if (asked) browserOf(this.parts, context).setLocale(asked);
      return true;
    }
    const path = pagePathOf(request);
    const others = new URLSearchParams(url.split('?')[1]);
    for (const name of ['lang', 'ui_locales']) others.delete(name);
    const chosen = askedLocale(lang);
    if (chosen) browserOf(this.parts, context).setLocale(chosen);
    throw new ShownInstead(seeOther(others.size > 0 ? `${path}?${others}` : path));
  }
}
