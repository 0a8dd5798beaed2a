import type { StaffContext } from '@rekey/staff';
import { PageBrowser } from './page-browser.js';
import { people } from './people.js';
import { type Answer, codeIn, newHousehold, type Rekey, until } from './rekey.js';
import { memberOf, type StaffBrowser, staffContext } from './staff-browser.js';

/** A member of staff at the console, and callers with their browsers and apps. */
export class AssistStage {
  readonly who: ReturnType<typeof people>;
  context!: StaffContext;
  support!: StaffBrowser;

  constructor(private readonly rekey: Rekey) {
    this.who = people(rekey);
  }

  async open(): Promise<void> {
    this.context = await staffContext(this.rekey);
    this.support = await memberOf(this.rekey, this.context, 'support');
  }

  /** A minute or more has passed, and the next requests come from elsewhere; staff have signed in anew. */
  async later(ms = 3_600_000): Promise<void> {
    this.rekey.clock.advance(ms);
    newHousehold();
    await this.support.signIn();
  }

  start = (account: string, by = this.support): Promise<Answer> =>
    by.call('POST', 'assists', { account_id: account, reason: 'called from the number on file' });
  match = (id: string, number: string, by = this.support): Promise<Answer> =>
    by.call('POST', `assists/${id}/match`, { number });
  show = async (id: string): Promise<string> => (await this.support.call('GET', `assists/${id}`)).body.state;

  /** @returns the id and the code of an assist */
  async started(account: string): Promise<{ id: string; code: string }> {
    const { status, body } = await this.start(account);
    expect(status).toBe(201);
    return body;
  }

  /** An app enters the code. */
  enter = (code: string, more: object = {}, headers?: Record<string, string>): Promise<Answer> =>
    this.rekey.call('POST', `${this.rekey.settings.urls.recovery}/v1/assists`, {
      json: { code, ...more },
      headers,
    });
  look = ({ id, token }: { id: string; token: string }): Promise<Answer> =>
    this.rekey.call('GET', `${this.rekey.settings.urls.recovery}/v1/assists/${id}`, { bearer: token });

  /** An assist that an app has joined. */
  async joined(account: string, more: object = {}) {
    await this.who.put(account, more);
    const { id, code } = await this.started(account);
    newHousehold();
    const { body: app } = await this.enter(code);
    return { id, code, app };
  }

  eventsOf = (account: string) =>
    this.rekey.sql(
      `select event, actor, recovery_id, detail, request_id from audit_events
       where account_id = $1 and (event like 'assist%' or event = 'recovery_started') order by recorded_at, event, id`,
      [account],
    );

  browser(): PageBrowser {
    const household = newHousehold();
    return new PageBrowser(this.rekey.settings.urls.recovery, () => household);
  }

  /** A caller enters the code on the page. @returns the page that follows */
  async enterOnPage(browser: PageBrowser, code: string) {
    const form = await browser.get('/recover/assist');
    expect(form.status).toBe(200);
    return browser.submit(form, '/recover/assist', { code });
  }

  /** The newest code that arrives at an address after what has arrived before. */
  async codeTo(to: string, act: () => Promise<unknown>): Promise<string> {
    const before = (await this.rekey.codes(to))[0]?.id;
    await act();
    return codeIn(
      await until(`a code to ${to}`, async () => {
        const [newest] = await this.rekey.codes(to);
        return newest?.id === before ? undefined : newest;
      }),
    );
  }
}

/** The number that a page shows. */
export const numberIn = (html: string): string => /class="number">(\d{3})</.exec(html)?.[1] ?? '';

/** Another one. */
export const otherThan = (number: string): string => String(100 + ((Number(number) - 99) % 900));
