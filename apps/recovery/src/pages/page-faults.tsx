import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PAGES, type PageParts } from './parts.js';
import { Presenter } from './present.js';
import { NoticePage } from './views.js';

/** What goes wrong behind a page is still a page: it says that nothing is lost, and of the fault nothing. */
@Catch()
export class PageFaults implements ExceptionFilter {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { browser, productName } = this.parts;
    const show = new Presenter(reply, request, browser, productName);
    const status = thrown instanceof HttpException ? thrown.getStatus() : 503;
    if (status >= 500) reply.log.error({ err: thrown }, 'page failed');
    void show.page(
      status,
      <NoticePage context={show.context} kind={status === 404 ? 'not_found' : 'unavailable'} />,
    );
  }
}
