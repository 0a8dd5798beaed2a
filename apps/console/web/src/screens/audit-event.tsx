import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Fragment } from 'react';
import { auditEvent } from '../api/queries.js';
import type { AuditEventView } from '../api/views.js';
import { CopyableId } from '../components/copyable-id.js';
import { Actor, written } from '../components/event-words.js';
import { Facts } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Time } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';
import { Proof } from './proof.js';

/** One row of the audit, member by member, and its proof. Each fact of the other screens leads here. */
export function Screen() {
  return (
    <Needs right="look">
      <Found />
    </Needs>
  );
}

function Found() {
  const { id } = useParams({ from: '/shell/audit/$id' });
  const found = useQuery(auditEvent(id));
  return (
    <Loaded of={found}>
      {(event) => (
        <>
          <Row event={event} />
          <Proof id={event.id} />
        </>
      )}
    </Loaded>
  );
}

function Row({ event }: { event: AuditEventView }) {
  const { text, named } = useLanguage();
  return (
    <>
      <PageTitle title={named('event', event.event)} />
      <Facts
        of={[
          [text('audit.id'), <CopyableId key="id" id={event.id} />],
          [text('audit.event'), <code key="event">{event.event}</code>],
          [text('audit.at'), <Time key="at" at={event.at} />],
          [
            text('audit.actor'),
            <span key="actor" className="stack">
              <Actor actor={event.actor} />
              {event.actor.includes(':') && <code>{event.actor}</code>}
            </span>,
          ],
          [text('audit.outcome'), named('outcome', event.outcome)],
          [text('audit.source'), event.source && <code>{event.source}</code>],
          [
            text('account'),
            event.account_id && (
              <Link to="/accounts/$id" params={{ id: event.account_id }}>
                {event.account_id}
              </Link>
            ),
          ],
          [
            text('recovery'),
            event.recovery_id && (
              <Link to="/recoveries/$id" params={{ id: event.recovery_id }}>
                {event.recovery_id}
              </Link>
            ),
          ],
          [
            text('fault.request'),
            event.request_id && (
              <Link to="/requests/$id" params={{ id: event.request_id }}>
                {event.request_id}
              </Link>
            ),
          ],
          ...Object.entries(event.detail)
            .flatMap(([name, value]) => written(name, value))
            .map(([name, value]): [React.ReactNode, React.ReactNode] => [
              <MemberName key={name} name={name} />,
              <code key={name}>{value}</code>,
            ]),
        ]}
      />
    </>
  );
}

/** A long one breaks between its words. */
function MemberName({ name }: { name: string }) {
  return (
    <code>
      {[...name.matchAll(/[^._]*[._]?/g)].map(({ 0: word, index }) => (
        <Fragment key={index}>
          {word}
          <wbr />
        </Fragment>
      ))}
    </code>
  );
}
