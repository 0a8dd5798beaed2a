import { createHmac } from 'node:crypto';
import { knownBrowserLifetime } from '@rekey/accounts';
import {
  askedLocale,
  is256Bits,
  type Keyring,
  type Locale,
  newSecret,
  pickLocale,
  readBase64url,
  type SealedAs,
} from '@rekey/kernel';
import type { AttemptCaller, RecoveryReference } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { suggestedCountry } from './country-field.js';
import { everyForm, type FormPath, type Subject } from './every-form.js';
import { type Lately, latelyCookie } from './lately.js';

/** The recovery of this browser, and where an app waits for the person. */
export interface BrowserRecovery extends RecoveryReference {
  app?: { name: string; origin: string } | undefined;
}

/** What stands in a cookie was sealed here for that cookie; it is read like everything else that comes from outside. */
const recoveryCookie: z.ZodType<BrowserRecovery> = z.strictObject({
  id: z.uuid(),
  token: z.string().refine(is256Bits),
  app: z.strictObject({ name: z.string().max(100), origin: z.string().max(2_000) }).optional(),
});
const setupField = z.strictObject({ id: z.uuid(), secret: z.string().max(64), uri: z.string().max(2_000) });
type Setup = z.output<typeof setupField>;
/** Tokens of every kind: base64url, with dots where they are signed. */
const tokenText = /^[\w.-]{1,4000}$/;

/** Pages that a link of a message leads to. */
export type LinkedPage = 'stop' | 'link';
type SealedCookie = 'recovery' | 'session' | 'device' | 'lately' | LinkedPage;

const asSetup = { use: 'page-setup' } as const;
/** What is sealed for one cookie opens in no other. */
const asCookie = (name: SealedCookie): SealedAs => ({ use: `page-cookie/${name}` });
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

/**
 * What a browser carries from page to page, in cookies that no script reads. Over HTTPS they have the `__Host-` prefix
 * (RFC 6265bis §4.1.3.2): no other host can set them.
 */
export class Browser {
  private readonly secure: boolean;

  constructor(
    private readonly keyring: Keyring,
    private readonly baseUrl: string,
    readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {
    this.secure = baseUrl.startsWith('https:');
  }

  recovery(): BrowserRecovery | undefined {
    const text = this.open('recovery');
    return text === undefined ? undefined : fromJson(recoveryCookie, text);
  }

  setRecovery(recovery: BrowserRecovery, seconds = 3_600): void {
    // Strict: every page that needs it is reached from a page of ours.
    this.set('recovery', this.seal('recovery', JSON.stringify(recovery)), 'strict', seconds);
  }

  lately(): Lately {
    return latelyNow.get(this.request) ?? fromJson(latelyCookie, this.open('lately') ?? '') ?? {};
  }

  /** Adds to what is remembered: what else there was of the same kind is forgotten. */
  remember(more: Lately): void {
    const all = { ...this.lately(), ...more };
    latelyNow.set(this.request, all);
    this.set('lately', this.seal('lately', JSON.stringify(all)), 'strict', 3_600);
  }

  token(of: LinkedPage): string | undefined {
    return this.openToken(of);
  }

  /** What came in a link, for the page behind it. */
  setToken(of: LinkedPage, token: string): void {
    // Lax: the link comes from a mail, and a strict cookie would not survive the way from there.
    this.set(of, this.seal(of, token), 'lax', 900);
  }

  /** The access token of a person who manages their authenticators here. */
  session(): string | undefined {
    return this.openToken('session');
  }

  /** @param seconds as long as the token is good */
  setSession(accessToken: string, seconds: number): void {
    this.set('session', this.seal('session', accessToken), 'strict', seconds);
  }

  /** What tells that accounts were seen in this browser, the last one first. */
  knownAs(): string[] {
    return this.open('device')?.split(' ') ?? [];
  }

  setKnownAs(tokens: readonly string[]): void {
    const seconds = knownBrowserLifetime / 1000;
    this.set('device', this.seal('device', tokens.join(' ')), 'strict', seconds);
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
    const opened = this.openSealed(text, asSetup);
    return opened === undefined ? undefined : fromJson(setupField, opened);
  }

  clear(what: 'recovery' | 'session' | LinkedPage): void {
    this.reply.clearCookie(this.name(what), this.options('lax'));
  }

  locale(): Locale {
    const { cookies, headers } = this.request;
    return (
      chosenNow.get(this.request) ??
      askedLocale(cookies[this.name('language')]) ??
      pickLocale(headers['accept-language'])
    );
  }

  /** The country of a phone number without one, for the person to confirm. */
  suggestedCountry(): string | undefined {
    return suggestedCountry(this.request.headers['accept-language']);
  }

  setLocale(locale: Locale): void {
    chosenNow.set(this.request, locale);
    this.set('language', locale, 'lax', 31_536_000);
  }

  /** What this browser has of a kind right now: the id of its recovery, the account that is signed in, the token of a link. */
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
    const name = this.name('browser');
    const known = this.request.cookies[name];
    const browser = known && is256Bits(known) ? known : newSecret();
    // Again with each page: a form that is shown is good for a day.
    if (browser !== known || this.request.method === 'GET') this.set('browser', browser, 'lax', 86_400);
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
    return this.request.cookies[this.name('browser')] !== undefined;
  }

  /**
   * A name for what a form says, from a secret that only this browser has: no list of it can be tried against what people type.
   *
   * @returns 43 characters, always the same for the same texts
   */
  digestOf(...texts: string[]): string {
    const secret = this.request.cookies[this.name('browser')] ?? newSecret();
    return createHmac('sha256', secret).update(JSON.stringify(texts)).digest('base64url');
  }

  /** False for a mark (what follows the dot of a form's field) of something else than what this browser has now. */
  isAbout(about: Subject, mark: string, subject = this.subject(about) ?? ''): boolean {
    const browser = this.request.cookies[this.name('browser')] ?? '';
    const text = aboutText(browser, about, subject);
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
    const browser = this.request.cookies[this.name('browser')];
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

  private open(what: SealedCookie): string | undefined {
    const value = this.request.cookies[this.name(what)];
    if (!value || value.length > 4_000) return undefined;
    return this.openSealed(value, asCookie(what));
  }

  private openToken(what: 'session' | LinkedPage): string | undefined {
    const text = this.open(what);
    return text !== undefined && tokenText.test(text) ? text : undefined;
  }

  private seal(what: SealedCookie, text: string): string {
    return this.keyring.seal(text, asCookie(what)).toString('base64url');
  }

  private openSealed(text: string, as: SealedAs): string | undefined {
    try {
      return this.keyring.open(sealedIn(text), as).toString();
    } catch {
      return undefined;
    }
  }

  private name(what: string): string {
    return `${this.secure ? '__Host-' : ''}rekey-${what}`;
  }

  private set(what: string, value: string, sameSite: 'strict' | 'lax', maxAge: number): void {
    this.reply.setCookie(this.name(what), value, { ...this.options(sameSite), maxAge });
  }

  private options(sameSite: 'strict' | 'lax') {
    return { path: '/', httpOnly: true, secure: this.secure, sameSite };
  }
}

/** What a request has chosen and done itself: it sends back the cookies only from the next one on. */
const chosenNow = new WeakMap<FastifyRequest, Locale>();
const latelyNow = new WeakMap<FastifyRequest, Lately>();

/** What the keyring has sealed; nothing that opens when the text is not ours. */
const sealedIn = (text: string): Buffer => readBase64url(text) ?? Buffer.alloc(0);

const aboutText = (browser: string, about: string, subject: string): string =>
  `${browser} ${about} ${subject}`;

/** Not verified here: the cookie was sealed by us, and each act verifies the token again. */
const accountIn = (accessToken: string): string | undefined =>
  fromJson(subject, Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())?.sub;
const subject = z.object({ sub: z.string() });

function fromJson<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
