import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { requestOf, splitTarget } from '@rekey/http';
import { languageAskedIn, languageParameters } from './asked-language.js';
import { browserOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { pagePathOf, ShownInstead, seeOther } from './presenter.js';

/**
 * The language that a URL asks for, on every page. The switch of language (`lang`) keeps the person's choice, and leads to the same page
 * without it.
 */
@Injectable()
export class LanguageGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    if (!['GET', 'HEAD'].includes(request.method)) return true;
    const asked = languageAskedIn(request.query);
    if (asked) browserOf(this.parts, context).setLocale(asked);
    const others = new URLSearchParams(splitTarget(request.url).query);
    if (!others.has('lang')) return true;
    for (const name of languageParameters) others.delete(name);
    const path = pagePathOf(request);
    throw new ShownInstead(seeOther(others.size > 0 ? `${path}?${others}` : path));
  }
}
