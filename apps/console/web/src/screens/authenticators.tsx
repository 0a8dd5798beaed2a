import { Link } from '@tanstack/react-router';
import type { AuthenticatorView } from '../api/views.js';
import { Badge } from '../components/facts.js';
import { Empty } from '../components/loaded.js';
import { Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';

/** What an account is recovered with beside its addresses: since when, and how it came to be. */
export function Authenticators({ rows }: { rows: AuthenticatorView[] }) {
  const { text, named } = useLanguage();
  if (rows.length === 0) return <Empty>{text('account.no-authenticators')}</Empty>;
  return (
    <Table
      caption={text('account.authenticators')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        {
          title: text('address.kind'),
          cell: ({ kind, suspended_at, disabled_at, codes_left }) => (
            <span className="stack">
              {named('kind', kind)}
              {codes_left !== undefined && (
                <span className="soft small">{text('authenticator.left', { count: codes_left })}</span>
              )}
              {suspended_at && <Badge tone="wait">{text('authenticator.suspended')}</Badge>}
              {disabled_at && <Badge tone="alarm">{text('authenticator.disabled')}</Badge>}
            </span>
          ),
        },
        { title: text('authenticator.bound'), cell: (row) => <Bound of={row} /> },
        {
          title: text('authenticator.provenance'),
          cell: (row) => <Origin of={row} />,
        },
        {
          title: text('authenticator.used'),
          cell: ({ last_used_at }) =>
            last_used_at ? <Time at={last_used_at} /> : text('authenticator.never'),
        },
      ]}
    />
  );
}

function Bound({ of: { bound_at, counts_from } }: { of: AuthenticatorView }) {
  const { text } = useLanguage();
  if (!counts_from) return <Time at={bound_at} />;
  return (
    <span className="stack">
      <Time at={bound_at} />
      <span className="soft small">
        {text('authenticator.counts-from')} <Time at={counts_from} />
      </span>
    </span>
  );
}

function Origin({
  of: { provenance, recovery_id, client_id, bound_from, audit_id },
}: {
  of: AuthenticatorView;
}) {
  const { text, named } = useLanguage();
  const words = provenance ? named('provenance', provenance) : text('provenance.unknown');
  return (
    <span className="stack">
      {recovery_id ? (
        <Link to="/recoveries/$id" params={{ id: recovery_id }}>
          {words}
        </Link>
      ) : (
        words
      )}
      {client_id && (
        <span className="soft small">
          {text('client')} <code>{client_id}</code>
        </span>
      )}
      {bound_from && (
        <span className="soft small">
          {text('audit.source')} <code>{bound_from}</code>
        </span>
      )}
      {audit_id && (
        <Link to="/audit/$id" params={{ id: audit_id }} className="in-list small">
          {text('timeline.proof')}
        </Link>
      )}
    </span>
  );
}
