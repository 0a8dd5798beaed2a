import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { overview } from '../api/queries.js';
import type { OverviewView } from '../api/work-views.js';
import { Facts } from '../components/facts.js';
import { Loaded, Skeleton } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Time } from '../components/time.js';
import { useLanguage, useText } from '../language/language-context.js';
import { useRight, useSession } from '../session/session-context.js';
import { FindForm } from './find-form.js';
import { HeldList } from './held-list.js';

const Charts = lazy(async () => ({ default: (await import('../charts/overview-charts.js')).OverviewCharts }));

/** What needs a decision now, the way to what is looked for, and how the service does. */
export function Screen() {
  const { text } = useLanguage();
  const mayLook = useRight('look');
  return (
    <>
      <PageTitle title={text('nav.overview')} />
      {mayLook && <Now />}
      {mayLook && (
        <section>
          <h2>{text('nav.find')}</h2>
          <FindForm />
        </section>
      )}
      {mayLook && <OverTime />}
      <YourSession />
    </>
  );
}

const useDays = () => useSearch({ from: '/shell/' }).days ?? 7;

function Now() {
  const text = useText();
  const found = useQuery(overview(useDays()));
  const mayDecide = useRight('decide');
  return (
    <section>
      <h2>{text('overview.now')}</h2>
      <Loaded of={found} lines={2} isPart>
        {({ waiting }) => <Waiting waiting={waiting} />}
      </Loaded>
      {mayDecide && <HeldList />}
    </section>
  );
}

function Waiting({ waiting: { held, overrides } }: { waiting: OverviewView['waiting'] }) {
  const { text, language } = useLanguage();
  const mayOpen = [useRight('decide'), useRight('assist')].some(Boolean);
  const number = new Intl.NumberFormat(language);
  const cards = [
    [held, text('held.title')],
    [overrides, text('overrides.title')],
  ] as const;
  return (
    <ul className="cards">
      {cards.map(([count, words]) => (
        <li key={words} className={count > 0 ? 'card wait' : 'card'}>
          <strong>{number.format(count)}</strong>
          {mayOpen ? <Link to="/decisions">{words}</Link> : <span>{words}</span>}
        </li>
      ))}
    </ul>
  );
}

function OverTime() {
  const text = useText();
  const days = useDays();
  const found = useQuery(overview(days));
  return (
    <section aria-labelledby="over-time">
      <div className="section-head">
        <h2 id="over-time">{text('overview.over-time')}</h2>
        <fieldset className="days">
          <legend className="unseen">{text('overview.days')}</legend>
          <ul className="tabs">
            {([1, 7, 30] as const).map((each) => (
              <li key={each}>
                <Link
                  to="/"
                  search={each === 7 ? {} : { days: each }}
                  resetScroll={false}
                  {...(each === days ? { 'aria-current': 'true' as const } : {})}
                >
                  {text('overview.last', { days: each })}
                </Link>
              </li>
            ))}
          </ul>
        </fieldset>
      </div>
      <Loaded of={found} lines={8} isPart>
        {(view) => (
          <Suspense fallback={<Skeleton lines={8} />}>
            <Charts view={view} />
          </Suspense>
        )}
      </Loaded>
    </section>
  );
}

function YourSession() {
  const { text, named } = useLanguage();
  const { session } = useSession();
  return (
    <section>
      <h2>{text('session.yours')}</h2>
      <Facts
        of={[
          [text('invitation.role'), named('role', session.role)],
          [text('invitation.may'), named('role-may', session.role)],
          [text('session.since'), <Time key="since" at={session.signed_in_at} />],
          [text('session.until'), <Time key="until" at={session.expires_at} />],
        ]}
      />
    </section>
  );
}
