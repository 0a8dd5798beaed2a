import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { anyMedia } from '@rekey/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { languageAskedIn } from './asked-language.js';
import { everyForm } from './every-form.js';
import { favicon, touchIcon } from './icon-files.js';
import { presenterAt } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { NoticePage } from './views.js';

const config = { takes: anyMedia, gives: anyMedia };

/** Nothing here is to be found by a search: people are led to the page that they need. */
const robots = 'User-agent: *\nDisallow: /\n';

const files = [
  { path: '/favicon.ico', type: 'image/x-icon', body: favicon },
  { path: '/apple-touch-icon.png', type: 'image/png', body: touchIcon },
  { path: '/robots.txt', type: 'text/plain; charset=utf-8', body: robots },
];

/** The page that each path leads to, with 303. */
const leads: Record<string, string> = {
  '/': '/recover',
  // Where a person sets a new password (W3C, A Well-Known URL for Changing Passwords, section 3).
  '/.well-known/change-password': '/recover',
  // A browser that restores its tabs asks with GET for what it had asked for with POST.
  ...Object.fromEntries(
    Object.entries(everyForm).flatMap(([path, { page }]) => (path === page ? [] : [[path, page]])),
  ),
};

/** What browsers, password managers and crawlers ask any site for, and the page of what is not there. */
export function registerFixedPaths(fastify: FastifyInstance, app: NestFastifyApplication): void {
  for (const { path, type, body } of files) {
    fastify.get(path, { config }, (_request, reply) => {
      reply.header('cache-control', 'public, max-age=86400').header('content-type', type).send(body);
    });
  }
  for (const [path, to] of Object.entries(leads))
    fastify.get(path, { config }, (_request, reply) => reply.redirect(to, 303));
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.is404 && prefersPage(request)) return showMissing(app.get(PAGES), request, reply);
  });
}

/** A person's browser names HTML first; a program that accepts everything gets a problem document, as everywhere in the API. */
function prefersPage({ method, headers }: FastifyRequest): boolean {
  if (!['GET', 'HEAD', 'POST'].includes(method)) return false;
  const offered = ['application/problem+json', 'application/json', 'text/html'];
  return new Negotiator({ headers: { accept: headers.accept ?? '*/*' } }).mediaType(offered) === 'text/html';
}

function showMissing(parts: PageParts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = languageAskedIn(request.query);
  const browser = parts.browser.at(request, reply);
  // Not by a redirect, as on the other pages: this path may read as another host's (`//evil.example`).
  if (asked) browser.setLocale(asked);
  const show = presenterAt(parts, browser);
  const { status, headers, body } = show.page(404, <NoticePage context={show.context} kind="not_found" />);
  return reply.status(status).headers(headers).send(body);
}
