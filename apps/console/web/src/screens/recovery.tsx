import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { recovery } from '../api/queries.js';
import type { RecoveryView } from '../api/views.js';
import { CopyableId } from '../components/copyable-id.js';
import { Facts } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { Empty, Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Time } from '../components/time.js';
import { Timeline } from '../components/timeline.js';
import { useLanguage } from '../language/language-context.js';
import { RecoveryActs } from './recovery-acts.js';
import { RecoveryMessages } from './recovery-messages.js';
import { RecoveryState } from './recovery-state.js';

/** One recovery: where it stands, what it waits for, what was sent, and everything that happened. */
export function Screen() {
  return (
    <Needs right="look">
      <Found />
    </Needs>
  );
}

function Found() {
  const { id } = useParams({ from: '/shell/recoveries/$id' });
  const found = useQuery(recovery(id));
  return <Loaded of={found}>{(view) => <Recovery view={view} />}</Loaded>;
}

function Recovery({ view }: { view: RecoveryView }) {
  const { text } = useLanguage();
  const { account_id, held_until, completed_at } = view;
  const accountLink = account_id ? (
    <Link to="/accounts/$id" params={{ id: account_id }}>
      {account_id}
    </Link>
  ) : (
    text('recovery.no-account')
  );
  return (
    <>
      <PageTitle title={text('recovery.title', { id: view.id.slice(-8) })}>
        <RecoveryState state={view.state} />
      </PageTitle>
      <Missing view={view} />
      <RecoveryActs view={view} />
      <Facts
        of={[
          [text('recovery.id'), <CopyableId key="id" id={view.id} />],
          [text('account'), accountLink],
          [text('client'), <code key="client">{view.client_id}</code>],
          [text('recovery.started'), <Time key="started" at={view.created_at} />],
          [text('recovery.held-until'), held_until && <Time at={held_until} />],
          [text('recovery.completed'), completed_at && <Time at={completed_at} />],
          [text('recovery.expires'), !completed_at && <Time at={view.expires_at} />],
        ]}
      />
      <section>
        <h2>{text('recovery.messages')}</h2>
        <RecoveryMessages rows={view.messages} />
      </section>
      <section>
        <h2>{text('recovery.timeline')}</h2>
        {view.events.length === 0 ? (
          <Empty>{text('recovery.no-events')}</Empty>
        ) : (
          <Timeline events={view.events} />
        )}
      </section>
    </>
  );
}

/** Why it is not done, and what was proved so far. */
function Missing({ view }: { view: RecoveryView }) {
  const { text, named } = useLanguage();
  const { proofs, missing } = view;
  if (!missing && proofs.length === 0) return null;
  return (
    <section className="note" aria-labelledby="missing">
      <h2 id="missing">{text(missing ? 'missing.title' : 'missing.done')}</h2>
      {missing && <p>{named('missing', missing.reason)}</p>}
      {(missing?.methods.length ?? 0) + proofs.length > 0 && (
        <ul>
          {missing?.methods.map((method) => (
            <li key={method}>{text('missing.method', { method: named('method', method) })}</li>
          ))}
          {proofs.map(({ kind, at, holds }) => (
            <li key={kind}>
              {text(holds === false ? 'missing.lapsed' : 'missing.proven', { method: named('method', kind) })}
              {at && (
                <>
                  {' · '}
                  <Time at={at} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
