import { Link } from '@tanstack/react-router';
import { overrides } from '../api/queries.js';
import type { OverrideView } from '../api/work-views.js';
import { Badge } from '../components/facts.js';
import { PagedList } from '../components/paged-list.js';
import { Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';

const tones = {
  requested: 'wait',
  approved: 'wait',
  usable: 'good',
  used: 'plain',
  denied: 'alarm',
  expired: 'plain',
  invalid: 'alarm',
} as const;

export function OverrideState({ state }: { state: OverrideView['state'] }) {
  const { named } = useLanguage();
  return <Badge tone={tones[state]}>{named('override', state)}</Badge>;
}

/** Requests to override the proofs of an account, newest first. */
export function OverrideList({
  filter,
  empty,
}: {
  filter: { account_id?: string; state?: string };
  empty: string;
}) {
  const { text } = useLanguage();
  return (
    <PagedList of={overrides(filter)} empty={empty}>
      {(rows) => (
        <Table
          caption={text('overrides.title')}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            {
              title: text('override'),
              cell: ({ id }) => (
                <Link to="/overrides/$id" params={{ id }}>
                  <code>…{id.slice(-8)}</code>
                </Link>
              ),
            },
            { title: text('recovery.state'), cell: ({ state }) => <OverrideState state={state} /> },
            {
              title: text('account'),
              cell: ({ account_id: id }) => (
                <Link to="/accounts/$id" params={{ id }}>
                  {id}
                </Link>
              ),
            },
            { title: text('override.requester'), cell: ({ requested_by }) => requested_by.name },
            { title: text('override.asked-at'), cell: ({ requested_at }) => <Time at={requested_at} /> },
          ]}
        />
      )}
    </PagedList>
  );
}
