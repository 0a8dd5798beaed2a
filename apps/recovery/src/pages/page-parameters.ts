import {
  type ArgumentsHost,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type PipeTransform,
} from '@nestjs/common';
import { withRequestTrace } from '@rekey/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Browser } from './browser-state.js';
import { PAGES, type PageParts } from './page-parts.js';
import { Presenter } from './presenter.js';

export function browserOf({ browser }: PageParts, host: ArgumentsHost): Browser {
  const http = host.switchToHttp();
  return browser.at(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
}

export function presenterOf(parts: PageParts, host: ArgumentsHost): Presenter {
  return presenterAt(parts, browserOf(parts, host));
}

/** The same for a request that no controller handles. */
export function presenterAt(parts: PageParts, browser: Browser): Presenter {
  const context = withRequestTrace(parts.context, browser.request);
  const tokens = withRequestTrace(parts.tokens, browser.request);
  return new Presenter({ ...parts, context, tokens }, browser);
}

const Host = createParamDecorator((_data: unknown, context: ExecutionContext) => context);

@Injectable()
class BrowserPipe implements PipeTransform<ArgumentsHost, Browser> {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  transform(host: ArgumentsHost): Browser {
    return browserOf(this.parts, host);
  }
}

@Injectable()
class PresenterPipe implements PipeTransform<ArgumentsHost, Presenter> {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  transform(host: ArgumentsHost): Presenter {
    return presenterOf(this.parts, host);
  }
}

/** What the browser carries, where no page is shown. */
export const ThisBrowser = (): ParameterDecorator => Host(BrowserPipe);

/** Makes the pages that answer the request. */
export const Show = (): ParameterDecorator => Host(PresenterPipe);
