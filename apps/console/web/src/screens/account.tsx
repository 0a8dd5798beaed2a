import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { changeAccount, exportPerson } from '../api/acts.js';
import { account, accountEvents } from '../api/queries.js';
import type { AccountView } from '../api/views.js';
import { type Act, Acts, NoActs } from '../components/acts.js';
import { CopyableId } from '../components/copyable-id.js';
import { Badge, Facts } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { PagedList } from '../components/paged-list.js';
import { Timeline } from '../components/timeline.js';
import { useLanguage, useText } from '../language/language-context.js';
import { useRight } from '../session/session-context.js';
import { AccountRecoveries, AccountSessions } from './account-lists.js';
import { Addresses } from './addresses.js';
import { useStartAssist } from './assist-code.js';
import { Authenticators } from './authenticators.js';
import { OverrideList } from './override-list.js';

/** One account: what it can be recovered by, what it is signed in with, what was done to it, and what can be done for it. */
export function Screen() {
  return (
    <Needs right="look">
      <Found />
    </Needs>
  );
}

function Found() {
  const { id } = useParams({ from: '/shell/accounts/$id' });
  const found = useQuery(account(id));
  return <Loaded of={found}>{(view) => <Account view={view} />}</Loaded>;
}

function Account({ view }: { view: AccountView }) {
  const { text, named } = useLanguage();
  const mayReadAudit = useRight('audit');
  return (
    <>
      <PageTitle title={text('account.title', { id: view.username ?? view.id })}>
        <Badge tone={view.status === 'active' ? 'good' : 'alarm'}>{named('status', view.status)}</Badge>
      </PageTitle>
      <Facts
        of={[
          [text('account.id'), <CopyableId key="id" id={view.id} />],
          [text('account.roles'), view.roles.join(', ')],
          [text('account.locale'), view.locale],
        ]}
      />
      <AccountActs view={view} />
      <section>
        <h2>{text('account.addresses')}</h2>
        <Addresses accountId={view.id} rows={view.addresses} />
      </section>
      <section>
        <h2>{text('account.authenticators')}</h2>
        <Authenticators rows={view.authenticators} />
      </section>
      <section>
        <h2>{text('account.recoveries')}</h2>
        <AccountRecoveries rows={view.recoveries} />
      </section>
      <section>
        <h2>{text('account.sessions')}</h2>
        <AccountSessions accountId={view.id} rows={view.sessions} />
      </section>
      <section>
        <h2>{text('overrides.title')}</h2>
        <OverrideList filter={{ account_id: view.id }} empty={text('overrides.none')} />
      </section>
      <History id={view.id} />
      {mayReadAudit && (
        <p>
          <Link to="/audit" search={{ account_id: view.id }}>
            {text('account.audit')}
          </Link>
        </p>
      )}
    </>
  );
}

function AccountActs({ view: { id, status } }: { view: AccountView }) {
  const text = useText();
  const navigate = useNavigate();
  const startAssist = useStartAssist();
  const mayAssist = useRight('assist');
  const isActive = status === 'active';
  const assistAct: Act = {
    name: 'assist',
    right: 'assist',
    kind: 'main',
    send: async (reason) => navigate({ to: '/assists/$id', params: { id: await startAssist(id, reason) } }),
  };
  const acts: Act[] = [
    ...(isActive ? [assistAct] : []),
    { name: 'end-sessions', right: 'revoke', send: (reason) => changeAccount(id, 'end-sessions', reason) },
    { name: 'export-person', right: 'export', send: (reason) => exportPerson(id, reason) },
    isActive
      ? {
          name: 'disable',
          right: 'revoke',
          kind: 'alarm',
          send: (reason) => changeAccount(id, 'disable', reason),
        }
      : { name: 'enable', right: 'revoke', send: (reason) => changeAccount(id, 'enable', reason) },
  ];
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{text('do')}</h2>
      <NoActs rights={['assist', 'revoke', 'export']} />
      <Acts of={acts} />
      {mayAssist && (
        <p>
          <Link to="/overrides/new" search={{ account_id: id }} className="in-list">
            {text('overrides.ask')}
          </Link>
        </p>
      )}
    </section>
  );
}

function History({ id }: { id: string }) {
  const text = useText();
  return (
    <section>
      <h2>{text('recovery.timeline')}</h2>
      <PagedList of={accountEvents(id)} empty={text('account.no-events')}>
        {(events) => <Timeline events={events} />}
      </PagedList>
    </section>
  );
}
