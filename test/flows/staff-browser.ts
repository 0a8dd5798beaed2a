import { consolePlace, inviteStaff, type StaffContext, type StaffRole } from '@rekey/staff';
import { type Otherwise, SoftPasskey } from '../servers/soft-passkey.js';
import type { Answer, Rekey } from './rekey.js';

/** What the acts of staff need, on the database of a Rekey. */
export async function staffContext(rekey: Rekey): Promise<StaffContext> {
  const { keyring, urls, production } = rekey.settings;
  const database = await rekey.openDatabase();
  return { database, keyring, clock: rekey.clock, place: consolePlace(urls.console, production) };
}

/** @returns the invitation's secret, as its link has it */
export const secretIn = (url: string): string => new URL(url).hash.slice(1);

/** A browser at the console, with one passkey. */
export class StaffBrowser {
  readonly cookies = new Map<string, string>();
  readonly passkey: SoftPasskey;
  private readonly base: string;
  /** Of the member, once there is a session. */
  id = '';

  constructor(
    private readonly rekey: Rekey,
    passkey?: SoftPasskey,
  ) {
    this.base = rekey.settings.urls.console;
    this.passkey = passkey ?? new SoftPasskey(this.base);
  }

  async call(
    method: string,
    path: string,
    json?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.rekey.call(method, `${this.base}/staff/${path}`, {
      json: ['GET', 'DELETE'].includes(method) ? undefined : (json ?? {}),
      headers: {
        ...(method === 'GET' ? {} : { origin: this.base, 'sec-fetch-site': 'same-origin' }),
        ...(cookie ? { cookie } : {}),
        ...headers,
      },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    if (answer.status < 300 && answer.body.rights) this.id = answer.body.id;
    return answer;
  }

  async register(url: string, otherwise: Otherwise = {}): Promise<Answer> {
    const invitation = secretIn(url);
    const { status, body, ...rest } = await this.call('POST', 'registrations/options', { invitation });
    if (status !== 200) return { status, body, ...rest };
    const response = this.passkey.create(body.options, otherwise);
    return this.call('POST', 'registrations', { invitation, response });
  }

  async signIn(otherwise: Otherwise = {}): Promise<Answer> {
    const { body } = await this.call('POST', 'sessions/options');
    return this.call('POST', 'sessions', { response: this.passkey.get(body.options, otherwise) });
  }

  async confirm(otherwise: Otherwise = {}): Promise<Answer> {
    const { body } = await this.call('POST', 'sessions/fresh/options');
    return this.call('POST', 'sessions/fresh', { response: this.passkey.get(body.options, otherwise) });
  }

  session = (): Promise<Answer> => this.call('GET', 'session');
}

/** A member of staff who has registered and is signed in. */
export async function memberOf(
  rekey: Rekey,
  context: StaffContext,
  role: StaffRole,
  name = `Some ${role}`,
): Promise<StaffBrowser> {
  const browser = new StaffBrowser(rekey);
  const invited = await inviteStaff(context, 'system', { name, role, reason: 'a test' });
  const { status } = await browser.register('url' in invited ? invited.url : '');
  if (status !== 201) throw new Error(`a registration answered ${status}`);
  return browser;
}
