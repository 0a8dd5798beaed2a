import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { render } from 'preact-render-to-string';
import type { CaughtMessage, MessageStore } from './message-store.js';
import { script, style } from './page-assets.js';

const csp =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'";
// A mail brings its own styles; nothing of it may run or load. Its links open beside it, to be tried.
const mailCsp =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The mailbox for people: all messages, and one of them. New ones come in by themselves where script runs. */
export function pageRoutes(fastify: FastifyInstance, store: MessageStore): void {
  const html = (reply: FastifyReply, policy: string, body: string) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-store')
      .send(body);
  const missing = (reply: FastifyReply) =>
    html(
      reply.status(404),
      csp,
      page(
        <Shell title="Message not found">
          <p>
            This message was removed. <a href="/">All messages</a>
          </p>
        </Shell>,
      ),
    );

  fastify.get('/', (_request, reply) => html(reply, csp, page(<Overview messages={store.list()} />)));
  fastify.post('/clear', (_request, reply) => {
    store.clear();
    return reply.redirect('/', 303);
  });
  fastify.get<{ Params: { id: string } }>('/mail/:id', (request, reply) => {
    const message = store.find(request.params.id);
    return message ? html(reply, csp, page(<One message={message} />)) : missing(reply);
  });
  fastify.get<{ Params: { id: string } }>('/mail/:id/html', (request, reply) => {
    const message = store.find(request.params.id);
    return message?.html
      ? html(reply, mailCsp, message.html.replace(/<head[^>]*>/i, '$&<base target="_blank">'))
      : missing(reply);
  });
  fastify.get('/style.css', (_request, reply) =>
    reply.header('content-type', 'text/css; charset=utf-8').send(style),
  );
  fastify.get('/live.js', (_request, reply) =>
    reply.header('content-type', 'text/javascript; charset=utf-8').send(script),
  );
  fastify.get('/events', (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream',
    });
    const tell = () => reply.raw.write('event: change\ndata: \n\n');
    store.changes.on('change', tell);
    request.raw.on('close', () => store.changes.off('change', tell));
    reply.raw.write(': hello\n\n');
  });
}

const page = (content: Parameters<typeof render>[0]): string => `<!doctype html>${render(content)}`;

function Shell({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Rekey mailbox</title>
        <link rel="stylesheet" href="/style.css" />
        <script src="/live.js" defer />
      </head>
      <body>
        <header>
          <a class="brand" href="/">
            Development mailbox
          </a>
          <span class="note">Messages here never leave this machine</span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}

function Overview({ messages }: { messages: CaughtMessage[] }) {
  return (
    <Shell title="Messages">
      <div class="head">
        <h1>Messages</h1>
        {messages.length > 0 && (
          <form method="post" action="/clear">
            <button type="submit">Remove all</button>
          </form>
        )}
      </div>
      {messages.length === 0 ? (
        <p class="empty">No messages yet. Emails and SMS appear here as soon as they are sent.</p>
      ) : (
        <ol class="list">
          {messages.map((message) => (
            <li key={message.id}>
              <a href={`/mail/${message.id}`}>
                <span class={`kind ${message.channel}`}>{message.channel === 'email' ? 'Email' : 'SMS'}</span>
                <span class="to">{message.to}</span>
                <span class="subject">{message.subject ?? message.text.split('\n')[0]}</span>
                <Time at={message.received_at} />
              </a>
            </li>
          ))}
        </ol>
      )}
    </Shell>
  );
}

function One({ message }: { message: CaughtMessage }) {
  return (
    <Shell title={message.subject ?? 'SMS'}>
      <p>
        <a href="/">← All messages</a>
      </p>
      <h1>{message.subject ?? `SMS to ${message.to}`}</h1>
      <dl>
        <dt>To</dt>
        <dd>{message.to}</dd>
        <dt>From</dt>
        <dd>{message.from}</dd>
        <dt>Received</dt>
        <dd>
          <Time at={message.received_at} />
        </dd>
      </dl>
      {message.html ? (
        <iframe
          title="The email as people see it"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          src={`/mail/${message.id}/html`}
        />
      ) : (
        <pre class="sms">{message.text}</pre>
      )}
      {message.html && (
        <details>
          <summary>Plain text</summary>
          <pre>{message.text}</pre>
        </details>
      )}
      {message.source && (
        <details>
          <summary>Source</summary>
          <pre>{message.source}</pre>
        </details>
      )}
    </Shell>
  );
}

const Time = ({ at }: { at: string }) => <time dateTime={at}>{at.slice(11, 19)} UTC</time>;
