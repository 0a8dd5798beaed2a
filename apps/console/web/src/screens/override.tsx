import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { denyOverride, spendOverride } from '../api/acts.js';
import { override, recoveriesOf } from '../api/queries.js';
import type { OverrideView } from '../api/work-views.js';
import { type Act, Acts, NoActs } from '../components/acts.js';
import { CopyableId } from '../components/copyable-id.js';
import { Facts } from '../components/facts.js';
import { FaultNote, Needs } from '../components/fault.js';
import { Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Time } from '../components/time.js';
import { useLanguage, useText } from '../language/language-context.js';
import { useRight, useSession } from '../session/session-context.js';
import { Approve } from './approve.js';
import { OverrideState } from './override-list.js';

/** One request to override the proofs of an account: who asks, on what evidence, who has decided, and from when it counts. */
export function Screen() {
  return (
    <Needs right="look">
      <Found />
    </Needs>
  );
}

function Found() {
  const { id } = useParams({ from: '/shell/overrides/$id' });
  const found = useQuery(override(id));
  return <Loaded of={found}>{(view) => <Override key={view.state} view={view} />}</Loaded>;
}

function Override({ view }: { view: OverrideView }) {
  const { text, named } = useLanguage();
  const { account_id, approved_by, approved_at, usable_from, denied_at, used_at, recovery_id } = view;
  return (
    <>
      <PageTitle title={text('override.title', { id: view.id.slice(-8) })}>
        <OverrideState state={view.state} />
      </PageTitle>
      <section
        className={view.state === 'invalid' ? 'note alarm-note' : 'note'}
        aria-label={text('override.next')}
      >
        <p>{named('override.now', view.state)}</p>
        {view.flaw && <p>{named('override.flaw', view.flaw)}</p>}
        {usable_from && view.state === 'approved' && (
          <p>
            {text('override.usable-from')} <Time at={usable_from} />
          </p>
        )}
      </section>
      <Facts
        of={[
          [
            text('account'),
            <Link key="account" to="/accounts/$id" params={{ id: account_id }}>
              {account_id}
            </Link>,
          ],
          [
            text('overrides.evidence'),
            <span key="evidence" className="quoted">
              {view.evidence}
            </span>,
          ],
          [
            text('overrides.reason'),
            <span key="reason" className="quoted">
              {view.reason}
            </span>,
          ],
          [text('overrides.lost'), view.lost && <Lost key="lost" of={view.lost} />],
          [text('override.requester'), <By key="by" name={view.requested_by.name} at={view.requested_at} />],
          [
            text('override.approver'),
            approved_by && approved_at && <By name={approved_by.name} at={approved_at} />,
          ],
          [text('override.usable-from'), usable_from && <Time at={usable_from} />],
          [
            text('override.denier'),
            denied_at && <By name={view.denied_by?.name ?? text('actor.person')} at={denied_at} />,
          ],
          [text('override.user'), used_at && <By name={view.used_by?.name ?? ''} at={used_at} />],
          [
            text('recovery'),
            recovery_id && (
              <Link to="/recoveries/$id" params={{ id: recovery_id }}>
                {recovery_id}
              </Link>
            ),
          ],
          [text('recovery.expires'), <Time key="expires" at={view.expires_at} />],
          [text('override.id'), <CopyableId key="id" id={view.id} />],
        ]}
      />
      <OverrideActs view={view} />
    </>
  );
}

function Lost({ of }: { of: NonNullable<OverrideView['lost']> }) {
  const { named } = useLanguage();
  return (
    <span className="stack">
      {of.map(({ kind, id }) => (
        <span key={id}>
          {named('kind', kind)} <code>…{id.slice(-8)}</code>
        </span>
      ))}
    </span>
  );
}

function By({ name, at }: { name: string; at: string }) {
  return (
    <>
      {name} <span className="soft">·</span> <Time at={at} />
    </>
  );
}

function OverrideActs({ view: { id, state, account_id, requested_by } }: { view: OverrideView }) {
  const text = useText();
  const { session } = useSession();
  const mayDecide = useRight('decide');
  const isOwn = session.id === requested_by.id;
  const denial: Act = {
    name: 'deny-override',
    right: 'decide',
    kind: 'alarm',
    send: (reason) => denyOverride(id, reason),
  };
  const mayUse = useRight('assist');
  const found = useQuery({ ...recoveriesOf(account_id), enabled: mayUse && state === 'usable' });
  const open =
    found.data?.recoveries.filter((each) => each.state === 'proving' && each.assist_id !== undefined) ?? [];
  const use: Act = {
    name: 'use-override',
    right: 'assist',
    kind: 'main',
    choose: async () => ({
      label: text('override.recovery'),
      options: open.map((each) => ({ value: each.id, words: `…${each.id.slice(-8)}` })),
    }),
    send: (reason, chosen) => spendOverride(id, chosen, reason),
  };
  if (!['requested', 'approved', 'usable', 'invalid'].includes(state)) return null;
  return (
    <section aria-labelledby="decide">
      <h2 id="decide">{text('decide.title')}</h2>
      <NoActs rights={['decide', ...(state === 'usable' ? ['assist'] : [])]} />
      {state === 'requested' && isOwn && <p className="empty">{text('override.own')}</p>}
      {state === 'requested' && !isOwn && mayDecide && <Approve id={id} />}
      {found.error && <FaultNote fault={found.error} onRetry={found.refetch} />}
      {found.data && open.length === 0 && <p className="empty">{text('override.no-recovery')}</p>}
      <Acts of={[...(open.length > 0 ? [use] : []), denial]} />
    </section>
  );
}
