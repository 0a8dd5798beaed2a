import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { endAssist } from '../api/acts.js';
import { assist } from '../api/queries.js';
import type { AssistStarted, AssistView } from '../api/work-views.js';
import { Action } from '../components/action.js';
import { Acts } from '../components/acts.js';
import { CopyableId } from '../components/copyable-id.js';
import { Badge, Facts } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Time } from '../components/time.js';
import { useAttention } from '../components/use-attention.js';
import { useLanguage, useText } from '../language/language-context.js';
import { useAssistCode } from './assist-code.js';
import { MatchForm } from './match-form.js';

const pollMs = 2_000;
/** A call has pauses; a tab that was left alone must not keep the session. */
const attentionMs = 180_000;
const goesOn = (state: AssistView['state']) => state === 'waiting' || state === 'opened';

/** A member of staff and a caller, side by side: the caller's own page shows a number, and the member types what the caller reads out. */
export function Screen() {
  return (
    <Needs right="assist">
      <Assist />
    </Needs>
  );
}

function Assist() {
  const { id } = useParams({ from: '/shell/assists/$id' });
  const attention = useAttention(attentionMs);
  const found = useQuery({
    ...assist(id),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => attention.isThere && data && goesOn(data.state) && pollMs,
  });
  return (
    <Loaded of={found}>
      {(view) => (
        <>
          <Steps view={view} />
          {!attention.isThere && goesOn(view.state) && <Paused onGoOn={attention.renew} />}
        </>
      )}
    </Loaded>
  );
}

const tones = {
  waiting: 'wait',
  opened: 'wait',
  matched: 'good',
  ended: 'plain',
  expired: 'plain',
} as const;

function Steps({ view }: { view: AssistView }) {
  const { text, named } = useLanguage();
  const { id, state, account_id, recovery_id, ended_by, expires_at } = view;
  const started = useAssistCode(id);
  return (
    <>
      <PageTitle title={text('assist.title')}>
        <Badge tone={tones[state]}>{named('assist', state)}</Badge>
      </PageTitle>
      <p role="status" className="note">
        {ended_by ? named('assist.ended-by', ended_by) : named('assist.now', state)}
      </p>
      {state === 'waiting' && (started ? <ReadOut of={started} /> : <NoCode />)}
      {state === 'opened' && <MatchForm id={id} />}
      {recovery_id && (
        <p>
          <Link to="/recoveries/$id" params={{ id: recovery_id }} className="button main">
            {text('assist.recovery')}
          </Link>
        </p>
      )}
      <Facts
        of={[
          [
            text('account'),
            <Link key="account" to="/accounts/$id" params={{ id: account_id }}>
              {account_id}
            </Link>,
          ],
          [text('assist.id'), <CopyableId key="id" id={id} />],
          [text('recovery.expires'), goesOn(state) && <Time at={expires_at} />],
        ]}
      />
      {goesOn(state) && (
        <Acts of={[{ name: 'end-assist', right: 'assist', send: (reason) => endAssist(id, reason) }]} />
      )}
    </>
  );
}

/** What the caller types, in letters that are easy to read out. */
function ReadOut({ of: { code, url } }: { of: AssistStarted }) {
  const text = useText();
  return (
    <ol className="read-out">
      <li>
        <span>{text('assist.open')}</span>
        <CopyableId id={url} />
      </li>
      <li>
        <span>{text('assist.type')}</span>
        <output className="spelled">
          <span aria-hidden="true">{code}</span>
          <span className="unseen">{[...code].join(' ')}</span>
        </output>
      </li>
      <li>
        <span>{text('assist.then')}</span>
      </li>
    </ol>
  );
}

function NoCode() {
  const text = useText();
  return <p className="empty">{text('assist.no-code')}</p>;
}

function Paused({ onGoOn }: { onGoOn(): void }) {
  const text = useText();
  return (
    <div className="note">
      <p>{text('assist.paused')}</p>
      <Action kind="main" onAct={onGoOn}>
        {text('assist.go-on')}
      </Action>
    </div>
  );
}
