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
type SealedCookie = 'recovery' | 'session' | 'device' | LinkedPage;

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
    return askedLocale(cookies[this.name('language')]) ?? pickLocale(headers['accept-language']);
  }

  /** The country of a phone number without one, for the person to confirm. */
  suggestedCountry(): string | undefined {
    return suggestedCountry(this.request.headers['accept-language']);
  }

  setLocale(locale: Locale): void {
    this.set('language', locale, 'lax', 31_536_000);
  }

  /** What this browser has of a kind right now: the id of its recovery, the account that is signed in, the token of a link. */
  subject(of: Subject): string | undefined {
    if (of === 'recovery') return this.recovery()?.id;
    if (of !== 'account') return this.token(of);
    return accountIn(this.session() ?? '');
  }

  /** The values of forms' hidden fields, good for this browser only, and for what it has now of that which the form is about. */
  csrf(): (form: FormPath) => string {
    const name = this.name('browser');
    const known = this.request.cookies[name];
    const browser = known && is256Bits(known) ? known : newSecret();
    if (browser !== known) this.set('browser', browser, 'lax', 86_400);
    const ours = this.keyring.mac(csrfPurpose, browser).toString('base64url');
    return (form) => {
      const { about } = everyForm[form];
      const subject = about === 'nothing' ? '' : (this.subject(about) ?? '');
      return `${ours}.${this.keyring.mac(aboutPurpose, aboutText(browser, about, subject)).toString('base64url')}`;
    };
  }

  /** False for a mark (what follows the dot of a form's field) of something else than what this browser has now. */
  isAbout(about: Subject, mark: string): boolean {
    const browser = this.request.cookies[this.name('browser')] ?? '';
    const text = aboutText(browser, about, this.subject(about) ?? '');
    const mac = readBase64url(mark);
    return mac !== undefined && this.keyring.isMac(mac, aboutPurpose, text);
  }

  /** True for a form of ours, sent by the browser that we gave it to. */
  isSameOriginForm(field: unknown): boolean {
    const browser = this.request.cookies[this.name('browser')];
    const site = this.request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') return false;
    if (
      site === undefined &&
      this.request.headers.origin !== undefined &&
      this.request.headers.origin !== new URL(this.baseUrl).origin
    ) {
      return false;
    }
    if (browser === undefined || typeof field !== 'string' || !/^[\w-]{43}\.[\w-]{43}$/.test(field))
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
