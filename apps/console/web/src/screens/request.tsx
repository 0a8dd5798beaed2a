import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { requestEvents } from '../api/queries.js';
import type { AuditEventView } from '../api/views.js';
import { CopyableId } from '../components/copyable-id.js';
import { Facts } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { Empty, Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Timeline } from '../components/timeline.js';
import { useText } from '../language/language-context.js';

/** What one request brought about: a person quotes its id, which each error shows. */
export function Screen() {
  return (
    <Needs right="look">
      <Request />
    </Needs>
  );
}

function Request() {
  const { id } = useParams({ from: '/shell/requests/$id' });
  const text = useText();
  const found = useQuery(requestEvents(id));
  return (
    <>
      <PageTitle title={text('request.title')} />
      <Loaded of={found} isPart>
        {({ events }) => (
          <>
            <Facts
              of={[
                [text('fault.request'), <CopyableId key="id" id={id} />],
                [text('account'), <Accounts key="accounts" ids={idsIn(events, 'account_id')} />],
                [text('recovery'), <Recoveries key="recoveries" ids={idsIn(events, 'recovery_id')} />],
              ]}
            />
            <section>
              <h2>{text('recovery.timeline')}</h2>
              {events.length === 0 ? (
                <Empty>{text('request.empty')}</Empty>
              ) : (
                <Timeline events={inOrder(events)} />
              )}
            </section>
          </>
        )}
      </Loaded>
    </>
  );
}

const inOrder = (events: AuditEventView[]): AuditEventView[] =>
  [...events].sort((one, other) => one.at.localeCompare(other.at) || one.id.localeCompare(other.id));

const idsIn = (events: AuditEventView[], member: 'account_id' | 'recovery_id'): string[] => [
  ...new Set(events.flatMap((event) => event[member] ?? [])),
];

function Accounts({ ids }: { ids: string[] }) {
  const text = useText();
  if (ids.length === 0) return text('none');
  return ids.map((id) => (
    <Link key={id} to="/accounts/$id" params={{ id }} className="in-list">
      {id}
    </Link>
  ));
}

function Recoveries({ ids }: { ids: string[] }) {
  const text = useText();
  if (ids.length === 0) return text('none');
  return ids.map((id) => (
    <Link key={id} to="/recoveries/$id" params={{ id }} className="in-list">
      {id}
    </Link>
  ));
}
