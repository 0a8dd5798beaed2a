import { Link } from '@tanstack/react-router';
import { endSession } from '../api/acts.js';
import type { RecoveryRow, StaffSeenSession } from '../api/views.js';
import { Acts } from '../components/acts.js';
import { Empty } from '../components/loaded.js';
import { Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';
import { useRight } from '../session/session-context.js';
import { RecoveryState } from './recovery-state.js';

/** How many the server gives, at most. */
const most = { recoveries: 50, sessions: 200 };

/** Says of a list that may have been cut that it may have been. */
function Cut({ count, most }: { count: number; most: number }) {
  const { text } = useLanguage();
  return count < most ? null : <p className="soft">{text('list.newest', { count })}</p>;
}

/** Recoveries of an account, newest first. */
export function AccountRecoveries({ rows }: { rows: RecoveryRow[] }) {
  const { text } = useLanguage();
  if (rows.length === 0) return <Empty>{text('account.no-recoveries')}</Empty>;
  return (
    <>
      <Table
        caption={text('account.recoveries')}
        rows={rows}
        keyOf={({ id }) => id}
        columns={[
          {
            title: text('recovery'),
            cell: ({ id }) => (
              <Link to="/recoveries/$id" params={{ id }}>
                <code>…{id.slice(-8)}</code>
              </Link>
            ),
          },
          { title: text('recovery.state'), cell: ({ state }) => <RecoveryState state={state} /> },
          { title: text('client'), cell: ({ client_id }) => <code>{client_id}</code> },
          { title: text('recovery.started'), cell: ({ created_at }) => <Time at={created_at} /> },
        ]}
      />
      <Cut count={rows.length} most={most.recoveries} />
    </>
  );
}

/** Sessions of an account, and what ended each. */
export function AccountSessions({ accountId, rows }: { accountId: string; rows: StaffSeenSession[] }) {
  const { text, named } = useLanguage();
  const mayEnd = useRight('revoke');
  if (rows.length === 0) return <Empty>{text('account.no-sessions')}</Empty>;
  const ending = {
    title: text('do'),
    cell: ({ id, client_id, ended_at }: StaffSeenSession) => {
      if (ended_at) return text('none');
      const send = (reason: string) => endSession(accountId, id, reason);
      return (
        <Acts of={[{ name: 'end-session', right: 'revoke', kind: 'plain', subject: client_id, send }]} />
      );
    },
  };
  return (
    <>
      <Table
        caption={text('account.sessions')}
        rows={rows}
        keyOf={({ id }) => id}
        columns={[
          { title: text('client'), cell: ({ client_id }) => <code>{client_id}</code> },
          { title: text('session.begun'), cell: ({ created_at }) => <Time at={created_at} /> },
          {
            title: text('session.ended'),
            cell: ({ ended_at }) => (ended_at ? <Time at={ended_at} /> : text('session.alive')),
          },
          {
            title: text('session.cause'),
            cell: ({ cause, audit_id }) => {
              if (!cause) return text('none');
              const words = named('token-cause', cause);
              return audit_id ? (
                <Link to="/audit/$id" params={{ id: audit_id }}>
                  {words}
                </Link>
              ) : (
                words
              );
            },
          },
          ...(mayEnd ? [ending] : []),
        ]}
      />
      <Cut count={rows.length} most={most.sessions} />
    </>
  );
}
