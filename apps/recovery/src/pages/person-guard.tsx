import {
  type ArgumentsHost,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
} from '@nestjs/common';
import { guardResult, inRequest, type PersonSession, requestOf } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { authenticatorsToChange, type BindingBy } from '@rekey/recovery';
import type { FastifyRequest } from 'fastify';
import { codeIn, type Form } from './form.js';
import { presenterOf } from './page-parameters.js';
import { PAGES, type PageParts } from './parts.js';
import { personOf } from './person.js';
import { type Page, ShownInstead, seeOther } from './present.js';
import { SignInPage } from './views-account.js';

const person = guardResult<BindingBy>('PersonGuard');

/** The person who is signed in, by {@link FreshPersonGuard} or {@link DevicePersonGuard}. */
export const CurrentPerson = person.Parameter;

@Injectable()
abstract class PersonGuard implements CanActivate {
  constructor(@Inject(PAGES) protected readonly parts: PageParts) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const found = await personOf(this.parts, context);
    if (!found || !(await this.isEnough(found, request))) throw new ShownInstead(this.instead(context));
    const { sub: account, sid: session, client_id: client } = found;
    person.set(request, { account, session, client, source: request.ip });
    return true;
  }

  protected abstract isEnough(found: PersonSession, request: FastifyRequest): Promise<boolean>;
  protected abstract instead(host: ArgumentsHost): Page;
}

/** Lets in a person whose session is fresh and strong enough to change authenticators; `/account` asks for a sign-in. */
export class FreshPersonGuard extends PersonGuard {
  protected async isEnough(found: PersonSession, request: FastifyRequest): Promise<boolean> {
    return !isRefused(await authenticatorsToChange(inRequest(this.parts.context, request), found));
  }

  protected instead(): Page {
    return seeOther('/account');
  }
}

/** Lets in a person who is signed in; the sign-in keeps the code of the device. */
export class DevicePersonGuard extends PersonGuard {
  protected async isEnough(): Promise<boolean> {
    return true;
  }

  protected instead(host: ArgumentsHost): Page {
    const show = presenterOf(this.parts, host);
    const { user_code: code } = Object(show.browser.request.body) as Form;
    return show.page(401, <SignInPage context={show.context} device={{ code: codeIn(code) }} />);
  }
}
