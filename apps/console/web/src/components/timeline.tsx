import { Link } from '@tanstack/react-router';
import type { AuditEventView } from '../api/views.js';
import { useLanguage } from '../language/language-context.js';
import { Actor, Detail } from './event-words.js';
import { Time } from './time.js';

/** What happened, in the order that is given; each fact leads to its row of the audit. */
export function Timeline({ events }: { events: readonly AuditEventView[] }) {
  const { text, named } = useLanguage();
  return (
    <ol className="timeline">
      {events.map((event) => (
        <li key={event.id} data-row tabIndex={-1} className={isBad(event) ? 'failed' : ''}>
          <div className="timeline-head">
            <strong>{named('event', event.event)}</strong>
            <Time at={event.at} />
          </div>
          <div className="soft members">
            <Actor actor={event.actor} />
            <Detail of={event.detail} />
            <Link to="/audit/$id" params={{ id: event.id }}>
              {text('timeline.proof')} <span className="unseen">{event.id}</span>
            </Link>
          </div>
        </li>
      ))}
    </ol>
  );
}

const isBad = ({ outcome }: AuditEventView): boolean => outcome !== 'success';
