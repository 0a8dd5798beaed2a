import { createHash } from 'node:crypto';
import twilio from 'twilio';
import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { password, people } from '../flows/people.js';
import { codeIn, newHousehold, type Rekey, stopTokenIn, until } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { rowsOfAssists } from './rows-of-assists.js';
import { rowsOfStaff } from './rows-of-staff.js';
import { device, type Facts } from './versions.js';

const minute = 60_000;
const day = 86_400_000;
const redirectUri = 'https://app.example/back';
const mailOf = (id: string) => `${id}@example.com`;

/** People and apps who leave every kind of row, over HTTP alone. */
export class EveryKindOfRow {
  private readonly who: ReturnType<typeof people>;

  constructor(private readonly rekey: Rekey) {
    this.who = people(rekey);
  }

  /** With a mail server that delivers. */
  async make(): Promise<Omit<Facts, 'at' | 'keyring' | 'migrations' | 'rows' | 'waiting'>> {
    const client = await this.clients();
    const enrolled = await this.secondFactors();
    await this.accounts();
    const ended = await this.endedRecoveries();
    const sessions = await this.sessions();
    await this.heldRecovery();
    const devices = await this.devices();
    const authorization = await this.authorizationCode();
    const open = await this.openRecoveries();
    // Last: a used challenge is pruned five minutes later.
    await rowsOfStaff(this.rekey);
    await rowsOfAssists(this.rekey);
    await this.rekey.idle();
    return { client, enrolled, ...ended, ...sessions, devices, authorization, ...open };
  }

  /** With one that takes nothing now, and nothing for `bea` ever: messages that wait, have failed, or are dropped. */
  async makeUndelivered(): Promise<Facts['waiting']> {
    const { rekey } = this;
    const state = (wanted: string, id?: string) =>
      until(`a message that is ${wanted}`, async () => {
        const [row] = await rekey.sql(
          'select 1 from messages where state = $1 and attempts > 0 and coalesce(recovery_id = $2, true)',
          [wanted, id ?? null],
        );
        return row;
      });
    const waiting = await this.started('fay');
    await state('queued', waiting.id);
    await state('failed', (await this.started('bea')).id);
    const given = await this.started('cyd');
    await state('queued', given.id);
    expect((await given.cancel()).status).toBe(204);
    await state('dropped', given.id);
    await this.earlyReceipt();
    return { id: waiting.id, token: waiting.token, account: 'fay' };
  }

  /** A receipt of Twilio for an SMS that no courier has recorded. */
  private async earlyReceipt(): Promise<void> {
    const { settings, call } = this.rekey;
    const url = `${settings.urls.recovery}/webhooks/twilio/status`;
    const form = { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'undelivered', ErrorCode: '30003' };
    const signature = twilio.getExpectedTwilioSignature(settings.twilio?.authToken ?? '', url, form);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    const json = new URLSearchParams(form).toString();
    expect((await call('POST', url, { headers, json })).status).toBe(204);
  }

  private async put(path: string, json: object) {
    const url = `${this.rekey.settings.urls.console}/v1/${path}`;
    const answer = await this.rekey.call('PUT', url, { bearer: await this.who.management(), json });
    expect([200, 201]).toContain(answer.status);
    return answer.body;
  }

  private next(ms = 10 * minute): void {
    newHousehold();
    this.rekey.clock.advance(ms);
  }

  private async started(id: string): Promise<Story> {
    newHousehold();
    const story = new Story(this.rekey);
    expect((await story.start({ identifier: mailOf(id) })).status).toBe(202);
    return story;
  }

  private async clients(): Promise<Facts['client']> {
    const grants = [
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'authorization_code',
      'refresh_token',
      device,
    ];
    const app = { name: 'App', redirect_uris: [redirectUri], grants, scopes: ['account', 'orders'] };
    await this.put('clients/app', { ...app, type: 'public' });
    const web = { ...app, type: 'confidential', grants: [...grants, 'client_credentials'] };
    return { id: 'web', secret: (await this.put('clients/web', web)).client_secret };
  }

  private async secondFactors(): Promise<Facts['enrolled']> {
    const { id, secret, codes } = await this.who.enrol('eve');
    this.next();
    const story = await this.started(id);
    await this.rekey.idle();
    const [used = '', unused = ''] = codes;
    expect((await story.prove(used, 'backup_code')).status).toBe(200);
    expect((await story.cancel()).status).toBe(204);
    // Another app that is not bound yet.
    const second_factor = { kind: 'totp', value: this.who.totp(secret) };
    const bearer = (await this.who.signIn(id, { second_factor })).body.access_token;
    expect((await this.who.issuer('POST', 'authenticators/totp', { bearer })).status).toBe(201);
    return { id, secret, used, unused };
  }

  private async accounts(): Promise<void> {
    const email = (value: string, verified = true) => ({ kind: 'email', value: mailOf(value), verified });
    const phone = { kind: 'phone', value: '+12025550177', verified: true };
    const ann = { username: 'ann.l', locale: 'zh-Hans', roles: ['staff'] };
    await this.put('accounts/ann', { ...ann, password, addresses: [email('ann'), phone, email('ann-old')] });
    await this.put('accounts/ann', { ...ann, addresses: [email('ann'), phone, email('ann-new', false)] });
    await this.put('accounts/dora', {
      addresses: [email('dora')],
      password,
      status: 'disabled',
      locale: 'fr',
    });
    for (const id of ['bea', 'cyd', 'dan', 'eli', 'fay', 'gus', 'hal', 'ida', 'joy']) await this.who.put(id);
  }

  private async endedRecoveries(): Promise<Pick<Facts, 'expired' | 'cancelled' | 'stopped' | 'completed'>> {
    const { rekey } = this;
    const of = ({ id, token }: Story) => ({ id, token });
    this.next();
    const expired = await this.started('bea');
    await rekey.idle();
    this.next(day);
    await until('the sweep', async () => {
      const [row] = await rekey.sql(`select 1 from recoveries where state = 'expired'`);
      return row;
    });
    const cancelled = await this.started('bea');
    await rekey.idle();
    expect((await cancelled.cancel()).status).toBe(204);
    const stopped = await this.started('cyd');
    expect((await stopped.stop(stopTokenIn(await rekey.message(mailOf('cyd'))))).status).toBe(204);
    this.next();
    const completed = new Story(rekey);
    expect((await completed.proveBy(mailOf('dan'))).status).toBe(200);
    const chosen = 'another sentence that only dan says';
    const { refresh_token: refresh } = (await completed.complete({ password: chosen })).body;
    const stop = stopTokenIn(await this.notice('dan', /was recovered/));
    return {
      expired: of(expired),
      cancelled: of(cancelled),
      stopped: of(stopped),
      completed: { ...of(completed), password: chosen, refresh, stop },
    };
  }

  private notice(id: string, about: RegExp) {
    return until(`the notice to ${id}`, async () => {
      const mails = await this.rekey.messages(mailOf(id));
      return mails.find(({ text }) => about.test(text));
    });
  }

  private async sessions(): Promise<Pick<Facts, 'refreshed' | 'ended' | 'alive'>> {
    const { rekey } = this;
    const refresh = (refresh_token: string) => rekey.token({ grant_type: 'refresh_token', refresh_token });
    this.next();
    const bySms = new Story(rekey);
    expect((await bySms.proveBy('+12025550177')).status).toBe(200);
    const before = (await bySms.complete({ password })).body.refresh_token;
    const renewed = await refresh(before);
    expect(renewed.status).toBe(200);
    // An SMS that proves nothing.
    newHousehold();
    await new Story(rekey).start({ identifier: this.who.phoneOf('fay') });
    await rekey.idle();
    this.next();
    const ended = (await this.who.signIn('eli')).body.refresh_token;
    expect((await refresh(ended)).status).toBe(200);
    const body = new URLSearchParams({ token: ended, client_id: 'default' });
    await fetch(`${rekey.settings.urls.issuer}/oauth2/revoke`, { method: 'POST', body });
    const alive = (await this.who.signIn('eli')).body.refresh_token;
    return {
      refreshed: { account: 'ann', before, now: renewed.body.refresh_token },
      ended: { refresh: ended },
      alive: { account: 'eli', refresh: alive },
    };
  }

  /** After a stop, the next recovery of the account is held. */
  private async heldRecovery(): Promise<void> {
    this.next();
    const thief = new Story(this.rekey);
    await thief.proveBy(mailOf('joy'));
    expect((await thief.complete()).status).toBe(201);
    expect((await thief.stop(stopTokenIn(await this.notice('joy', /was recovered/)))).status).toBe(204);
    this.next(60 * minute);
    expect((await new Story(this.rekey).proveBy(mailOf('joy'))).body.state).toBe('held');
    await this.notice('joy', /passed the security checks/);
  }

  private async devices(): Promise<Facts['devices']> {
    const { rekey, who } = this;
    const bearer = (await who.signIn('gus')).body.access_token;
    const codes = { pending: '', allow: '', deny: '', used: '' };
    for (const what of Object.keys(codes) as (keyof typeof codes)[]) {
      const body = new URLSearchParams({ client_id: 'app', scope: 'orders' });
      const url = `${rekey.settings.urls.issuer}/oauth2/device_authorization`;
      const begun = (await (await fetch(url, { method: 'POST', body })).json()) as Record<string, string>;
      codes[what] = begun.device_code ?? '';
      if (what === 'pending') continue;
      const json = { user_code: begun.user_code, decision: what === 'deny' ? 'deny' : 'allow' };
      expect((await who.issuer('PUT', 'device_codes', { bearer, json })).status).toBe(204);
    }
    const form = { grant_type: device, device_code: codes.used, client_id: 'app' };
    expect((await rekey.token(form)).status).toBe(200);
    return codes;
  }

  /** From the pages, for an app that has not redeemed it yet. */
  private async authorizationCode(): Promise<Facts['authorization']> {
    const verifier = 'a-verifier-of-at-least-forty-three-characters-long';
    const code_challenge = createHash('sha256').update(verifier).digest('base64url');
    const household = newHousehold();
    const browser = new PageBrowser(this.rekey.settings.urls.recovery, () => household);
    const asked = {
      client_id: 'app',
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'of-the-app',
      code_challenge,
      code_challenge_method: 'S256',
    };
    const form = await browser.get(`/recover?${new URLSearchParams(asked)}`);
    const page = await browser.submit(form, '/recover', { ...asked, identifier: mailOf('hal') });
    const mail = await until('a code', async () => (await this.rekey.codes(mailOf('hal')))[0]);
    const filled = { csrf: csrfIn(page.html), code: codeIn(mail) };
    let answer = await browser.post('/recover/code', filled);
    // The account has a password, so that a new one is asked for.
    const fresh = answer.headers.get('location') ?? '';
    if (fresh.startsWith('/')) {
      const { html } = await browser.get(fresh);
      const chosen = { csrf: csrfIn(html), password: 'a sentence that only hal says' };
      answer = await browser.post('/recover/password', chosen);
    }
    const back = new URL(answer.headers.get('location') ?? '', redirectUri);
    const code = back.searchParams.get('code') ?? '';
    expect(code).not.toBe('');
    return { code, verifier, redirectUri, client: 'app', account: 'hal' };
  }

  private async openRecoveries(): Promise<Pick<Facts, 'proving' | 'proven'>> {
    const { rekey } = this;
    const proving = new Story(rekey);
    const key = 'a-key-of-the-fixture-that-nobody-guesses';
    const source = newHousehold();
    await proving.start({ identifier: mailOf('ida') }, { 'idempotency-key': key, 'x-forwarded-for': source });
    const code = codeIn(await until('a code', async () => (await rekey.codes(mailOf('ida')))[0]));
    expect((await proving.prove('00000000')).status).toBe(422);
    newHousehold();
    // Somebody tries passwords.
    expect((await this.who.signIn('gus', { password: 'not the password of gus' })).status).toBe(401);
    for (const channel of ['email', 'sms']) {
      newHousehold();
      expect((await new Story(rekey).start({ identifier: mailOf('hal'), channel })).status).toBe(202);
    }
    newHousehold();
    const proven = new Story(rekey);
    expect((await proven.proveBy(mailOf('gus'))).status).toBe(200);
    return {
      proving: { id: proving.id, token: proving.token, code, account: 'ida', key, source },
      proven: { id: proven.id, token: proven.token, account: 'gus' },
    };
  }
}
