import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { exportAudit } from '../api/acts.js';
import { type AuditFilter, auditList } from '../api/queries.js';
import type { AuditEventView } from '../api/views.js';
import { Action } from '../components/action.js';
import { Actor, Detail } from '../components/event-words.js';
import { FaultNote, Needs } from '../components/fault.js';
import { PageTitle } from '../components/page-title.js';
import { PagedList } from '../components/paged-list.js';
import { type Column, Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useLanguage, useText } from '../language/language-context.js';
import { toLocalInput, toUtc } from '../local-time.js';
import { useAsking } from '../session/asking.js';

const members = ['account_id', 'recovery_id', 'event', 'from', 'to'] as const;

/** Everything that was written down, newest first. The address of the page holds the filter, so that it can be shared. */
export function Screen() {
  return (
    <Needs right="audit">
      <Audit />
    </Needs>
  );
}

function Audit() {
  const text = useText();
  const filter = useSearch({ from: '/shell/audit' });
  return (
    <>
      <PageTitle title={text('nav.audit')} />
      <Filter key={JSON.stringify(filter)} filter={filter} />
      <Export filter={filter} />
      <PagedList of={auditList(filter)} empty={text('audit.empty')}>
        {(rows) => <Events rows={rows} />}
      </PagedList>
    </>
  );
}

function Filter({ filter }: { filter: AuditFilter }) {
  const text = useText();
  const navigate = useNavigate();
  const prefix = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const search = Object.fromEntries(
      members.map((member) => {
        const value = String(typed.get(member) ?? '').trim();
        return [member, (member === 'from' || member === 'to' ? toUtc(value) : value) || undefined];
      }),
    );
    void navigate({ to: '/audit', search });
  };
  const isSet = members.some((member) => filter[member] !== undefined);
  // On a phone the list comes first.
  const isOpen = isSet || matchMedia('(min-width: 720px)').matches;
  return (
    <details open={isOpen}>
      <summary>{text('audit.filter')}</summary>
      <form className="filter" onSubmit={submit}>
        {members.map((member) => {
          const isTime = member === 'from' || member === 'to';
          const value = filter[member] ?? '';
          return (
            <div key={member} className="field">
              <label htmlFor={prefix + member}>{text(`audit.${member}`)}</label>
              <input
                id={prefix + member}
                name={member}
                type={isTime ? 'datetime-local' : 'text'}
                step={isTime ? 1 : undefined}
                spellCheck={false}
                autoComplete="off"
                defaultValue={isTime ? toLocalInput(value) : value}
              />
            </div>
          );
        })}
        <div className="actions">
          <Action kind="main" type="submit">
            {text('audit.search')}
          </Action>
          <Link to="/audit" className="button quiet">
            {text('audit.clear')}
          </Link>
        </div>
      </form>
    </details>
  );
}

/** All that matches, however much it is, as a file. */
function Export({ filter }: { filter: AuditFilter }) {
  const text = useText();
  const { announce } = useAsking();
  const [fault, setFault] = useState<unknown>();
  const save = async (format: 'ndjson' | 'csv') => {
    setFault(undefined);
    await exportAudit(filter, format).then(() => announce(text('audit.exported')), setFault);
  };
  return (
    <div className="export">
      <div className="actions">
        <span className="soft">{text('audit.export')}</span>
        <Action onAct={() => save('ndjson')} label={`${text('audit.export')} NDJSON`}>
          NDJSON
        </Action>
        <Action onAct={() => save('csv')} label={`${text('audit.export')} CSV`}>
          CSV
        </Action>
      </div>
      {fault !== undefined && <FaultNote fault={fault} />}
    </div>
  );
}

function Events({ rows }: { rows: AuditEventView[] }) {
  const { text, named } = useLanguage();
  const columns: Column<AuditEventView>[] = [
    {
      title: text('audit.at'),
      cell: ({ id, at }) => (
        <Link to="/audit/$id" params={{ id }}>
          <Time at={at} />
        </Link>
      ),
    },
    {
      title: text('audit.event'),
      cell: ({ event, detail }) => (
        <>
          {named('event', event)}
          <Detail of={detail} />
        </>
      ),
    },
    { title: text('audit.actor'), cell: ({ actor }) => <Actor actor={actor} /> },
    {
      title: text('audit.about'),
      cell: ({ account_id, recovery_id }) => (
        <span className="members">
          {account_id && (
            <Link to="/accounts/$id" params={{ id: account_id }}>
              {account_id}
            </Link>
          )}
          {recovery_id && (
            <Link to="/recoveries/$id" params={{ id: recovery_id }}>
              {text('audit.recovery', { id: recovery_id.slice(-8) })}
            </Link>
          )}
          {!account_id && !recovery_id && text('none')}
        </span>
      ),
    },
  ];
  return <Table caption={text('nav.audit')} columns={columns} rows={rows} keyOf={({ id }) => id} />;
}
