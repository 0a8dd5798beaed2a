import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { requestOf } from '@rekey/http';
import { askedLocale, type Locale, pickLocale } from '@rekey/kernel';
import { browserOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { ShownInstead, seeOther } from './presenter.js';

/**
 * The language that the app asks for (`ui_locales`, OpenID Connect Core 3.1.2.1: tags in order, most wanted first), and the switch of
 * language that works on every page: it keeps the person's choice, and leads to the same page without it.
 */
@Injectable()
export class LanguageGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const { method, query, routeOptions, url } = requestOf(context);
    const { lang, ui_locales: wanted } = Object(query) as Record<string, unknown>;
    if (method !== 'GET') return true;
    if (typeof lang !== 'string') {
      const asked = typeof wanted === 'string' ? firstOf(wanted) : undefined;
      if (asked) browserOf(this.parts, context).setLocale(asked);
      return true;
    }
    // To the path of the route, which begins with one slash: what was asked for may read as another host's (`//evil.example`).
    const path = routeOptions.url?.replace('/*', '') ?? '/recover';
    const others = new URLSearchParams(url.split('?')[1]);
    others.delete('lang');
    others.delete('ui_locales');
    browserOf(this.parts, context).setLocale(pickLocale(lang));
    throw new ShownInstead(seeOther(others.size > 0 ? `${path}?${others}` : path));
  }
}

const firstOf = (tags: string): Locale | undefined =>
  tags
    .slice(0, 200)
    .split(' ')
    .map(askedLocale)
    .find((locale) => locale !== undefined);
