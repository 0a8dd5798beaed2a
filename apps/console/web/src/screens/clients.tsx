import { clients } from '../api/queries.js';
import type { ClientView } from '../api/work-views.js';
import { CopyableId } from '../components/copyable-id.js';
import { Badge } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { PageTitle } from '../components/page-title.js';
import { PagedList } from '../components/paged-list.js';
import { Table } from '../components/table.js';
import { useDuration } from '../components/use-duration.js';
import { useLanguage, useText } from '../language/language-context.js';

/** The OAuth clients, and what each may do. They are registered by the management API. */
export function Screen() {
  return (
    <Needs right="look">
      <Clients />
    </Needs>
  );
}

function Clients() {
  const text = useText();
  return (
    <>
      <PageTitle title={text('nav.clients')} />
      <p>{text('clients.explain')}</p>
      <PagedList of={clients()} empty={text('clients.empty')}>
        {(rows) => <Rows rows={rows} />}
      </PagedList>
    </>
  );
}

function Rows({ rows }: { rows: ClientView[] }) {
  const { text, named } = useLanguage();
  return (
    <Table
      caption={text('nav.clients')}
      rows={rows}
      keyOf={({ client_id }) => client_id}
      columns={[
        {
          title: text('client'),
          cell: ({ client_id, name, type }) => (
            <span className="stack">
              <strong>{name}</strong>
              <CopyableId id={client_id} />
              <Badge>{named('clients.type', type)}</Badge>
            </span>
          ),
        },
        { title: text('clients.grants'), cell: ({ grants }) => <Words of={grants.map(shortGrant)} /> },
        { title: text('clients.scopes'), cell: ({ scopes }) => <Words of={scopes} /> },
        {
          title: text('clients.redirects'),
          cell: ({ redirect_uris }) => <Words of={redirect_uris} isLong />,
        },
        { title: text('clients.lifetimes'), cell: ({ lifetimes }) => <Lifetimes of={lifetimes} /> },
      ]}
    />
  );
}

/** The last word of a URN says what it is (RFC 8693 §2.1). */
const shortGrant = (grant: string): string => grant.split(':').at(-1) ?? grant;

function Words({ of, isLong = false }: { of: string[]; isLong?: boolean }) {
  const text = useText();
  if (of.length === 0) return <span className="soft">{text('none')}</span>;
  return (
    <span className={isLong ? 'stack' : 'stack whole'}>
      {of.map((word) => (
        <code key={word}>{word}</code>
      ))}
    </span>
  );
}

function Lifetimes({ of }: { of: ClientView['lifetimes'] }) {
  const text = useText();
  const duration = useDuration();
  const given = (['access', 'refresh_idle', 'refresh'] as const).filter((name) => of[name] !== undefined);
  if (given.length === 0) return <span className="soft">{text('clients.default')}</span>;
  return (
    <span className="stack">
      {given.map((name) => (
        <span key={name}>{text(`clients.${name}`, { time: duration((of[name] ?? 0) * 1000) })}</span>
      ))}
    </span>
  );
}
