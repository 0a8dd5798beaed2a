import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { presenterOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { type Page, ShownInstead } from './presenter.js';
import { NoticePage } from './views.js';

/** What goes wrong behind a page is still a page: it says that nothing is lost, and of the fault nothing. */
@Catch()
export class PageFaults implements ExceptionFilter {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, headers, body } =
      thrown instanceof ShownInstead ? thrown.page : this.pageOf(thrown, host, reply);
    void reply.status(status).headers(headers).send(body);
  }

  private pageOf(thrown: unknown, host: ArgumentsHost, { log }: FastifyReply): Page {
    const show = presenterOf(this.parts, host);
    const status = thrown instanceof HttpException ? thrown.getStatus() : 503;
    if (status >= 500) log.error({ err: thrown }, 'page failed');
    const kind = status === 404 ? 'not_found' : 'unavailable';
    return show.page(status, <NoticePage context={show.context} kind={kind} />);
  }
}
