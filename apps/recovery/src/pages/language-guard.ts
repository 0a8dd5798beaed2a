import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { requestOf } from '@rekey/http';
import { askedLocale } from '@rekey/kernel';
import { browserOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { pagePathOf, ShownInstead, seeOther } from './presenter.js';

/**
 * The switch of language that works on every page: keeps the choice, and leads to the same page without it. Apps that send a person here
 * name the languages in `ui_locales` (OpenID Connect Core §3.1.2.1), the best first. What we do not have changes nothing.
 */
@Injectable()
export class LanguageGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const { method, query, url } = request;
    const { lang, ui_locales: wished } = Object(query) as { lang?: unknown; ui_locales?: unknown };
    const text = [lang, wished].find((one) => typeof one === 'string');
    if (!['GET', 'HEAD'].includes(method) || text === undefined) return true;
    const path = pagePathOf(request);
    const others = new URLSearchParams(url.split('?')[1]);
    for (const name of ['lang', 'ui_locales']) others.delete(name);
    const locale = askedLocale(text.trim().replace(/\s+/g, ','));
    if (locale) browserOf(this.parts, context).setLocale(locale);
    throw new ShownInstead(seeOther(others.size > 0 ? `${path}?${others}` : path));
  }
}
