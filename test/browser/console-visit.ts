import type { BrowserContextOptions, Page, Route } from 'playwright-core';
import { newHousehold } from '../flows/rekey.js';
import type { TestBrowser } from './browser.js';

/** What a route answers instead of the console; a body that is given is JSON. */
export type Instead = 'no answer' | [status: number, body: object];

export interface Visit {
  page: Page;
  /** Faults that the console does not make by itself, by method and path such as `GET /staff/overview`. */
  instead: Map<string, Instead>;
  /** What the page has asked of the console that changes something, with the body. */
  asked: { what: string; body: Record<string, unknown> }[];
  /** What the browser complained of: a policy that was broken, a script that failed. */
  complaints: string[];
}

/** A tab of the console in a profile of its own, with a passkey reader that always agrees. */
export async function visitConsole(
  browser: TestBrowser,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Zurich',
    extraHTTPHeaders: { 'x-forwarded-for': newHousehold() },
    ...options,
  });
  const page = await context.newPage();
  const visit: Visit = { page, instead: new Map(), asked: [], complaints: [] };
  await context.route('**/staff/**', (route) => pass(visit, route));
  page.on('pageerror', (fault) => visit.complaints.push(String(fault)));
  page.on('console', (message) => {
    // Chromium reports each refused request there; the page shows it.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      visit.complaints.push(message.text());
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return visit;
}

/** To the console, but for what a test answers in its place. */
async function pass({ instead, asked }: Visit, route: Route): Promise<void> {
  const request = route.request();
  const what = `${request.method()} ${new URL(request.url()).pathname}`;
  if (request.method() !== 'GET') asked.push({ what, body: request.postDataJSON() ?? {} });
  const given = instead.get(what);
  if (given === undefined) return route.continue();
  if (given === 'no answer') return route.abort('connectionrefused');
  const [status, json] = given;
  const contentType = status < 400 ? 'application/json' : 'application/problem+json';
  await route.fulfill({ status, json, contentType, headers: { 'x-request-id': quoted } });
}

/** The id of each request that was answered otherwise. */
export const quoted = '5f0c6c0e-4f3a-4f5e-8d57-3c1f0a9b7e21';
