import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { requestOf } from '@rekey/http';
import { pickLocale } from '@rekey/kernel';
import { browserOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { ShownInstead, seeOther } from './presenter.js';

/** The switch of language that works on every page: keeps the choice, and leads to the same page without it. */
@Injectable()
export class LanguageGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const { method, query, routeOptions, url } = requestOf(context);
    const { lang } = Object(query) as { lang?: unknown };
    if (method !== 'GET' || typeof lang !== 'string') return true;
    // To the path of the route, which begins with one slash: what was asked for may read as another host's (`//evil.example`).
    const path = routeOptions.url?.replace('/*', '') ?? '/recover';
    const others = new URLSearchParams(url.split('?')[1]);
    others.delete('lang');
    browserOf(this.parts, context).setLocale(pickLocale(lang));
    throw new ShownInstead(seeOther(others.size > 0 ? `${path}?${others}` : path));
  }
}
