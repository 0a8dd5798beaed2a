import { Get } from '@nestjs/common';
import { LedByMessage, Public } from '@rekey/http';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import type { Presenter } from './presenter.js';
import { BackPage } from './views-held.js';

/**
 * Where the notification of a held recovery leads its person. The link has no secret and reveals nothing: who has only the mailbox gets no
 * further than to start a recovery. A browser sends the cookie of its recovery (SameSite=Strict) only with a request that a page of ours
 * leads to, so this is a page with a link.
 */
@PageController('recover/back')
@LedByMessage()
@Public()
export class BackController {
  @Get()
  show(@Show() show: Presenter) {
    return show.page(200, <BackPage context={show.context} />);
  }
}
