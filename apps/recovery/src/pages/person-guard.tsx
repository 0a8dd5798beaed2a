import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { guardResult, type PersonSession, requestOf } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { authenticatorsToChange, type BindingBy } from '@rekey/sign-in';
import { currentSession } from './current-session.js';
import { type Form, userCodeIn } from './form.js';
import { presenterOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { type Page, type Presenter, ShownInstead } from './presenter.js';
import { SignInPage } from './views-account.js';

const person = guardResult<BindingBy>('PersonGuard');

/** The person who is signed in, by {@link FreshPersonGuard} or {@link DevicePersonGuard}. */
export const CurrentPerson = person.Parameter;

@Injectable()
abstract class PersonGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const show = presenterOf(this.parts, context);
    const found = await currentSession(show);
    if (!found || !(await this.isEnough(show, found))) throw new ShownInstead(this.instead(show));
    const { sub: account, sid: session, client_id: client } = found;
    person.set(request, { account, session, client, source: request.ip });
    return true;
  }

  protected abstract isEnough(show: Presenter, found: PersonSession): Promise<boolean>;
  protected abstract instead(show: Presenter): Page;
}

/** Lets in a person whose session is fresh and strong enough to change authenticators; `/account` asks for a sign-in. */
export class FreshPersonGuard extends PersonGuard {
  protected async isEnough({ parts }: Presenter, found: PersonSession): Promise<boolean> {
    return !isRefused(await authenticatorsToChange(parts.context, found));
  }

  protected instead(show: Presenter): Page {
    return show.to('/account');
  }
}

/** Lets in a person who is signed in; the sign-in keeps the code of the device. */
export class DevicePersonGuard extends PersonGuard {
  protected async isEnough(): Promise<boolean> {
    return true;
  }

  protected instead(show: Presenter): Page {
    const { user_code: code } = Object(show.browser.request.body) as Form;
    return show.page(401, <SignInPage context={show.context} device={{ code: userCodeIn(code) }} />);
  }
}
