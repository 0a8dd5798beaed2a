import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { query } from './api/request.js';
import { Action } from './components/action.js';
import { LanguageChoice, ThemeChoice } from './components/choices.js';
import { FaultNote, FaultScreen } from './components/fault.js';
import { GoTo } from './components/go-to.js';
import { Skeleton } from './components/loaded.js';
import { useLanguage, useText } from './language/language-context.js';
import { navigationFor } from './navigation.js';
import { AskingProvider } from './session/asking.js';
import { IdleWatch } from './session/idle-watch.js';
import { SessionProvider, useSession, useSessionQuery } from './session/session-context.js';

/** What surrounds every screen of a person who is signed in; who is not, is sent to sign in and comes back. */
export function Shell() {
  const { data: session, error, refetch } = useSessionQuery();
  const { href } = useLocation();
  if (session === undefined && error)
    return (
      <main className="alone">
        <FaultScreen fault={error} onRetry={refetch} />
      </main>
    );
  if (session === undefined)
    return (
      <main className="alone">
        <Skeleton />
      </main>
    );
  if (session === null) return <GoTo href={`/sign-in${query({ to: href === '/' ? undefined : href })}`} />;
  return (
    <SessionProvider session={session}>
      <AskingProvider>
        <Frame />
        <IdleWatch />
      </AskingProvider>
    </SessionProvider>
  );
}

function Frame() {
  const text = useText();
  const { pathname } = useLocation();
  // A phone shows the navigation above the screen, until one is chosen.
  const [openAt, setOpenAt] = useState<string>();
  const isOpen = openAt === pathname;
  return (
    <div className={isOpen ? 'frame menu-open' : 'frame'}>
      <a className="skip" href="#screen">
        {text('skip')}
      </a>
      <header className="bar">
        <Link to="/" className="mark">
          {text('console')}
        </Link>
        <button
          type="button"
          className="button quiet menu-button"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpenAt(isOpen ? undefined : pathname)}
        >
          {text('menu')}
        </button>
      </header>
      <div className="side" id="navigation">
        <Navigation />
        <You />
      </div>
      <main id="screen" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

function Navigation() {
  const text = useText();
  const { session } = useSession();
  return (
    <nav aria-label={text('nav')}>
      <ul>
        {navigationFor(session.rights).map(({ to, text: key }) => (
          <li key={to}>
            <Link to={to} activeOptions={{ exact: to === '/' }} activeProps={{ 'aria-current': 'page' }}>
              {text(key)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Who is signed in, and how the console looks to them. */
function You() {
  const { text, named } = useLanguage();
  const { session, signOut } = useSession();
  const [fault, setFault] = useState<unknown>();
  const leave = async () => {
    setFault(undefined);
    await signOut().catch(setFault);
  };
  return (
    <section className="you" aria-label={text('session.you')}>
      <p>
        <strong>{session.name}</strong>
        <span className="soft">{named('role', session.role)}</span>
      </p>
      <ThemeChoice />
      <LanguageChoice />
      {fault !== undefined && <FaultNote fault={fault} />}
      <Action onAct={leave}>{text('session.sign-out')}</Action>
    </section>
  );
}
