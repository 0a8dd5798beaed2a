import {
  type ArgumentsHost,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type PipeTransform,
} from '@nestjs/common';
import { inRequest } from '@rekey/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Browser } from './browser-state.js';
import { PAGES, type PageParts } from './parts.js';
import { Presenter } from './present.js';

export function browserOf({ browser }: PageParts, host: ArgumentsHost): Browser {
  const http = host.switchToHttp();
  return browser.at(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
}

export const presenterOf = (parts: PageParts, host: ArgumentsHost): Presenter =>
  new Presenter(browserOf(parts, host), parts.productName);

/** What a parameter is made of, by a pipe of {@link PagePipe}. */
export const Host = createParamDecorator((_data: unknown, context: ExecutionContext) => context);

@Injectable()
export abstract class PagePipe<Parameter> implements PipeTransform<ArgumentsHost, Parameter> {
  constructor(@Inject(PAGES) protected readonly parts: PageParts) {}

  abstract transform(host: ArgumentsHost): Parameter;
}

class BrowserPipe extends PagePipe<Browser> {
  transform(host: ArgumentsHost): Browser {
    return browserOf(this.parts, host);
  }
}

class PresenterPipe extends PagePipe<Presenter> {
  transform(host: ArgumentsHost): Presenter {
    return presenterOf(this.parts, host);
  }
}

class TokensPipe extends PagePipe<PageParts['tokens']> {
  transform(host: ArgumentsHost): PageParts['tokens'] {
    return inRequest(this.parts.tokens, host.switchToHttp().getRequest<FastifyRequest>());
  }
}

/** What the browser carries, where no page is shown. */
export const ThisBrowser = (): ParameterDecorator => Host(BrowserPipe);

/** Makes the pages that answer the request. */
export const Show = (): ParameterDecorator => Host(PresenterPipe);

/** What a sign-in needs, for this request. */
export const Tokens = (): ParameterDecorator => Host(TokensPipe);
