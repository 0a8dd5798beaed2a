import { Link } from '@tanstack/react-router';
import { heldRecoveries } from '../api/queries.js';
import { serverNow } from '../api/request.js';
import type { RecoveryRow } from '../api/views.js';
import { Badge } from '../components/facts.js';
import { PagedList } from '../components/paged-list.js';
import { type Column, Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useText } from '../language/language-context.js';

/** Recoveries that wait, and until when. */
export function HeldList() {
  const text = useText();
  const columns: Column<RecoveryRow>[] = [
    {
      title: text('recovery'),
      cell: ({ id }) => (
        <Link to="/recoveries/$id" params={{ id }}>
          <code>…{id.slice(-8)}</code>
        </Link>
      ),
    },
    {
      title: text('account'),
      cell: ({ account_id }) =>
        account_id ? (
          <Link to="/accounts/$id" params={{ id: account_id }}>
            {account_id}
          </Link>
        ) : (
          text('none')
        ),
    },
    { title: text('client'), cell: ({ client_id }) => <code>{client_id}</code> },
    { title: text('recovery.started'), cell: ({ created_at }) => <Time at={created_at} /> },
    {
      title: text('recovery.held-until'),
      cell: ({ held_until }) =>
        held_until ? (
          <span className="badges">
            <Time at={held_until} />
            {Date.parse(held_until) <= serverNow() && <Badge>{text('held.over')}</Badge>}
          </span>
        ) : (
          text('none')
        ),
    },
  ];
  return (
    <PagedList of={heldRecoveries()} empty={text('held.empty')}>
      {(rows) => <Table caption={text('held.title')} columns={columns} rows={rows} keyOf={({ id }) => id} />}
    </PagedList>
  );
}
