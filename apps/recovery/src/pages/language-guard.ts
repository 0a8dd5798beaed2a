import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { requestOf } from '@rekey/http';
import { pickLocale } from '@rekey/kernel';
import { browserOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { pagePathOf, ShownInstead, seeOther } from './presenter.js';

/** The switch of language that works on every page: keeps the choice, and leads to the same page without it. */
@Injectable()
export class LanguageGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const { method, query, url } = request;
    const { lang } = Object(query) as { lang?: unknown };
    if (!['GET', 'HEAD'].includes(method) || typeof lang !== 'string') return true;
    const path = pagePathOf(request);
    const others = new URLSearchParams(url.split('?')[1]);
    others.delete('lang');
    browserOf(this.parts, context).setLocale(pickLocale(lang));
    throw new ShownInstead(seeOther(others.size > 0 ? `${path}?${others}` : path));
  }
}
