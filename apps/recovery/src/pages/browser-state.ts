import { createHmac } from 'node:crypto';
import { knownBrowserLifetime } from '@rekey/accounts';
import { openSealed, SealedCookies } from '@rekey/http';
import {
  askedLocale,
  is256Bits,
  type Keyring,
  type Locale,
  newSecret,
  pickLocale,
  readBase64url,
} from '@rekey/kernel';
import type { AssistReference, AttemptCaller } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BrowserRecoveries, type BrowserRecovery } from './browser-recoveries.js';
import { suggestedCountry } from './country-field.js';
import { everyForm, type FormPath, type Subject } from './every-form.js';
import { type Form, markIn } from './form.js';
import { fromJson } from './from-json.js';
import { type Lately, latelyCookie } from './lately.js';

const setupField = z.strictObject({ id: z.uuid(), secret: z.string().max(64), uri: z.string().max(2_000) });
type Setup = z.output<typeof setupField>;
const assistCookie = z.strictObject({ id: z.uuid(), token: z.string().refine(is256Bits) });
/** Tokens of every kind: base64url, with dots where they are signed. */
const tokenText = /^[\w.-]{1,4000}$/;

/** Pages that a link of a message leads to. */
export type LinkedPage = 'stop' | 'link';
type SealedCookie = 'assist' | 'recovery' | 'earlier' | 'session' | 'device' | 'lately' | LinkedPage;

const asSetup = { use: 'page-setup' } as const;
const csrfPurpose = 'page-csrf';
const aboutPurpose = 'page-about';

/** Opens and seals what browsers carry. */
export class BrowserState {
  constructor(
    private readonly keyring: Keyring,
    private readonly baseUrl: string,
  ) {}

  /** What the browser of this request carries. */
  at(request: FastifyRequest, reply: FastifyReply): Browser {
    return new Browser(this.keyring, this.baseUrl, request, reply);
  }
}

/** What a browser carries from page to page, in cookies. */
export class Browser {
  private readonly cookies: SealedCookies<SealedCookie>;
  readonly recoveries: BrowserRecoveries;

  constructor(
    private readonly keyring: Keyring,
    private readonly baseUrl: string,
    readonly request: FastifyRequest,
    reply: FastifyReply,
  ) {
    this.cookies = new SealedCookies(keyring, baseUrl.startsWith('https:'), request, reply);
    this.recoveries = new BrowserRecoveries(this.cookies);
  }

  /** The recovery that the request is about, as its form or the address of its page says; otherwise the last that was started here. */
  recovery(): BrowserRecovery | undefined {
    const turnedTo = turnedToNow.get(this.request);
    if (turnedTo) return turnedTo;
    const { method, query, body } = this.request;
    if (method === 'POST') {
      const mark = markIn(Object(body) as Form);
      return this.recoveries.all.find(({ id }) => this.isAbout('recovery', mark, id)) ?? this.recoveries.last;
    }
    const { of } = Object(query) as Form;
    if (typeof of !== 'string' || of === '') return this.recoveries.last;
    return this.recoveries.all.find(({ id }) => id === of || this.isAbout('recovery', of, id));
  }

  /** The rest of the request is about this recovery. */
  turnTo(recovery: BrowserRecovery): void {
    turnedToNow.set(this.request, recovery);
  }

  /** The address of a page of the recovery of this request, whatever other recoveries this browser starts. */
  pageOf(path: string): string {
    const recovery = this.recovery();
    if (!recovery) return path;
    return `${path}${path.includes('?') ? '&' : '?'}of=${recovery.id}`;
  }

  lately(): Lately {
    return latelyNow.get(this.request) ?? fromJson(latelyCookie, this.cookies.open('lately') ?? '') ?? {};
  }

  /** Adds to what is remembered: what else there was of the same kind is forgotten. */
  remember(more: Lately): void {
    const all = { ...this.lately(), ...more };
    latelyNow.set(this.request, all);
    this.cookies.set('lately', JSON.stringify(all), 'strict', 3_600);
  }

  /** The recovery has moved on: the form that started it may start another one. */
  movedOn({ id }: BrowserRecovery): void {
    if (this.lately().started?.id === id) this.remember({ started: undefined });
  }

  /** What this browser has ended lately, if a form is about that. @param mark see {@link isAbout} */
  endedBy(mark: string): Lately['ended'] {
    const { ended } = this.lately();
    return ended && this.isAbout('recovery', mark, ended.id) ? ended : undefined;
  }

  token(of: LinkedPage): string | undefined {
    return this.openToken(of);
  }

  /** What came in a link, for the page behind it. */
  setToken(of: LinkedPage, token: string): void {
    // Lax: the link comes from a mail, and a strict cookie would not survive the way from there.
    this.cookies.set(of, token, 'lax', 900);
  }

  /** The assist that was joined here, until its recovery has started. */
  assist(): AssistReference | undefined {
    return fromJson(assistCookie, this.cookies.open('assist') ?? '');
  }

  setAssist({ id, token }: AssistReference, seconds: number): void {
    this.cookies.set('assist', JSON.stringify({ id, token }), 'strict', seconds);
  }

  /** The access token of a person who manages their authenticators here. */
  session(): string | undefined {
    return this.openToken('session');
  }

  /** @param seconds as long as the token is good */
  setSession(accessToken: string, seconds: number): void {
    this.cookies.set('session', accessToken, 'strict', seconds);
  }

  /** What tells that accounts were seen in this browser, the last one first. */
  knownAs(): string[] {
    return this.cookies.open('device')?.split(' ') ?? [];
  }

  setKnownAs(tokens: readonly string[]): void {
    const seconds = knownBrowserLifetime / 1000;
    this.cookies.set('device', tokens.join(' '), 'strict', seconds);
  }

  /** Whom a guess on a page comes from. */
  get caller(): AttemptCaller {
    return { source: this.request.ip, deviceTokens: this.knownAs() };
  }

  /** What a form carries from one page to the next and nobody else may read or change. */
  sealSetup(setup: Setup): string {
    return this.keyring.seal(JSON.stringify(setup), asSetup).toString('base64url');
  }

  openSetup(text: string): Setup | undefined {
    const opened = openSealed(this.keyring, text, asSetup);
    return opened === undefined ? undefined : fromJson(setupField, opened);
  }

  clear(what: 'assist' | 'session' | LinkedPage): void {
    this.cookies.clear(what);
  }

  locale(): Locale {
    const { headers } = this.request;
    return (
      chosenNow.get(this.request) ??
      askedLocale(this.cookies.plain('language')) ??
      pickLocale(headers['accept-language'])
    );
  }

  /** The country of a phone number without one, for the person to confirm. */
  suggestedCountry(): string | undefined {
    return suggestedCountry(this.request.headers['accept-language']);
  }

  setLocale(locale: Locale): void {
    chosenNow.set(this.request, locale);
    this.cookies.setPlain('language', locale, 'lax', 31_536_000);
  }

  /** What this browser has of a kind right now: the id of the recovery of this request, the account that is signed in, the token of a link. */
  subject(of: Subject): string | undefined {
    if (of === 'recovery') return this.recovery()?.id;
    if (of !== 'account') return this.token(of);
    return accountIn(this.session() ?? '');
  }

  /**
   * The values of forms' hidden fields, good for this browser only, and for what it has now of that which the form is about. The last
   * part is new each time the form is shown.
   */
  csrf(): (form: FormPath) => string {
    const known = this.secret;
    const browser = known && is256Bits(known) ? known : newSecret();
    // Again with each page: a form that is shown is good for a day.
    if (browser !== known || this.request.method === 'GET')
      this.cookies.setPlain('browser', browser, 'lax', 86_400);
    const ours = this.keyring.mac(csrfPurpose, browser).toString('base64url');
    const shown = newSecret();
    return (form) => {
      const { about } = everyForm[form];
      const subject = about === 'nothing' ? '' : (this.subject(about) ?? '');
      const mark = this.keyring.mac(aboutPurpose, aboutText(browser, about, subject)).toString('base64url');
      return `${ours}.${mark}.${shown}`;
    };
  }

  /** Whether the browser has sent back the cookie that it got with the form. */
  get takesCookies(): boolean {
    return this.secret !== undefined;
  }

  /**
   * A name for what a form says, from a secret that only this browser has: no list of it can be tried against what people type.
   *
   * @returns 43 characters, always the same for the same texts
   */
  digestOf(...texts: string[]): string {
    const secret = this.secret ?? newSecret();
    return createHmac('sha256', secret).update(JSON.stringify(texts)).digest('base64url');
  }

  /** False for a mark (what follows the dot of a form's field) of something else than what this browser has now. */
  isAbout(about: Subject, mark: string, subject = this.subject(about) ?? ''): boolean {
    const text = aboutText(this.secret ?? '', about, subject);
    const mac = readBase64url(mark);
    return mac !== undefined && this.keyring.isMac(mac, aboutPurpose, text);
  }

  /** True when the browser says that a page of another origin sends the request. */
  isFromElsewhere(): boolean {
    const { origin, 'sec-fetch-site': site } = this.request.headers;
    if (site !== undefined) return site !== 'same-origin';
    return origin !== undefined && origin !== new URL(this.baseUrl).origin;
  }

  /** True for a form of ours, sent by the browser that we gave it to. */
  isSameOriginForm(field: unknown): boolean {
    const browser = this.secret;
    if (this.isFromElsewhere()) return false;
    if (
      browser === undefined ||
      typeof field !== 'string' ||
      !/^[\w-]{43}\.[\w-]{43}(\.[\w-]{43})?$/.test(field)
    )
      return false;
    const mac = readBase64url(field.slice(0, 43));
    return mac !== undefined && this.keyring.isMac(mac, csrfPurpose, browser);
  }

  /** What only this browser has, with a page of ours. */
  private get secret(): string | undefined {
    return this.cookies.plain('browser');
  }

  private openToken(what: 'session' | LinkedPage): string | undefined {
    const text = this.cookies.open(what);
    return text !== undefined && tokenText.test(text) ? text : undefined;
  }
}

/** What a request has chosen and done itself: it sends back the cookies only from the next one on. */
const chosenNow = new WeakMap<FastifyRequest, Locale>();
const latelyNow = new WeakMap<FastifyRequest, Lately>();
const turnedToNow = new WeakMap<FastifyRequest, BrowserRecovery>();

const aboutText = (browser: string, about: string, subject: string): string =>
  `${browser} ${about} ${subject}`;

/** Not verified here: the cookie was sealed by us, and each act verifies the token again. */
const accountIn = (accessToken: string): string | undefined =>
  fromJson(subject, Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())?.sub;
const subject = z.object({ sub: z.string() });
