import type { ComponentChildren } from 'preact';
import { render } from 'preact-render-to-string';
import { demoAccounts } from '../demo-accounts.js';

const main = '/example/modules/apps/standalone/src/example/browser/main.js';
const [ada] = demoAccounts;

/** The page as it arrives; `browser/main.ts` brings it to life. */
export const examplePage = (services: { issuer: string; recovery: string }): string =>
  `<!doctype html>${render(<Page {...services} />)}`;

const Page = ({ issuer, recovery }: { issuer: string; recovery: string }) => (
  <html lang="en" data-issuer={issuer} data-recovery={recovery}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>The life of a token · Rekey example</title>
      <link rel="stylesheet" href="/example/style.css" />
      <script type="module" src={main} />
    </head>
    <body>
      <header>
        <span class="brand">Notes</span>
        <span class="soft">an example app with the Rekey client</span>
        <a href="/" target="_blank" rel="noreferrer">
          Mailbox
        </a>
      </header>
      <main>
        <h1>The life of a token</h1>
        <noscript>
          <p class="notice">This example is an app that runs in the browser. It needs JavaScript.</p>
        </noscript>
        <p class="lead">
          Sign in, watch a 30-second token being renewed, end its session from elsewhere, and get back in.
          Open this page in a second tab: both tabs share one session.
        </p>
        <SignIn />
        <WayBack />
        <Token />
        <section class="card log" aria-labelledby="log-title">
          <h2 id="log-title">What the client did</h2>
          <div role="log" aria-labelledby="log-title">
            <ol id="log" />
          </div>
        </section>
      </main>
    </body>
  </html>
);

const Row = ({ id, label, children }: { id: string; label: string; children: ComponentChildren }) => (
  <div class="field">
    <label for={id}>{label}</label>
    {children}
  </div>
);

const SignIn = () => (
  <form class="card" id="sign-in" hidden>
    <h2>Sign in</h2>
    <p class="problem" id="sign-in-problem" role="alert" />
    <Row id="identifier" label="Email, phone or username">
      <input id="identifier" autocomplete="username" value={ada?.identifiers[0]} required />
    </Row>
    <Row id="password" label="Password">
      <input id="password" type="password" autocomplete="current-password" value={ada?.password} required />
    </Row>
    <div class="buttons">
      <button type="submit">Sign in</button>
      <button type="button" class="quiet" id="lost">
        Can’t sign in?
      </button>
    </div>
  </form>
);

const WayBack = () => (
  <section class="card alarm" id="way-back" aria-labelledby="way-back-title" hidden>
    <h2 id="way-back-title" tabIndex={-1}>
      Let’s get you back in
    </h2>
    <p id="cause" />
    <p class="problem" id="way-back-problem" role="alert" />
    <form id="begin">
      <Row id="who" label="Email, phone or username">
        <input id="who" autocomplete="username" value={ada?.identifiers[0]} required />
      </Row>
      <div class="buttons">
        <button type="submit">Send me a code</button>
        <button type="button" class="quiet" data-give-up>
          Not now
        </button>
      </div>
    </form>
    <form id="prove" hidden>
      <p class="soft">
        The code is in the{' '}
        <a href="/" target="_blank" rel="noreferrer">
          development mailbox
        </a>
        . If you open its link on another device, enter this number there: <strong id="link-number" />
      </p>
      <Row id="code" label="Code">
        <input id="code" class="code" autocomplete="one-time-code" inputMode="numeric" required />
      </Row>
      <Row id="new-password" label="New password (replaces the old one)">
        <input id="new-password" type="password" autocomplete="new-password" value={ada?.password} required />
      </Row>
      <div class="buttons">
        <button type="submit">Continue</button>
        <button type="button" class="quiet" data-give-up>
          Not now
        </button>
      </div>
    </form>
  </section>
);

const Token = () => (
  <section class="card" id="token" aria-labelledby="token-title" hidden>
    <div class="split">
      <h2 id="token-title">Access token</h2>
      <span class="soft" id="age" />
    </div>
    <div class="life">
      <progress id="life" max="1" value="0" aria-labelledby="token-title" />
    </div>
    <p class="soft">The mark shows 80 % of its lifetime. The first request after that renews the token.</p>
    <p class="token" id="text" />
    <div class="buttons">
      <button type="button" id="call">
        Call the API
      </button>
      <button type="button" class="quiet" id="age-it">
        Let it age
      </button>
      <button type="button" class="quiet" id="tamper">
        Tamper with it
      </button>
      <button type="button" class="quiet" id="revoke">
        End the session from elsewhere
      </button>
      <button type="button" class="quiet" id="cut" aria-pressed="false">
        Cut the network
      </button>
      <button type="button" class="quiet" id="sign-out">
        Sign out
      </button>
    </div>
    <p class="answer" id="answer" role="status" />
  </section>
);
