import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import { settings } from '../api/queries.js';
import type { SettingView } from '../api/work-views.js';
import { Badge } from '../components/facts.js';
import { Needs } from '../components/fault.js';
import { Empty, Loaded } from '../components/loaded.js';
import { PageTitle } from '../components/page-title.js';
import { Table } from '../components/table.js';
import { useLanguage, useText } from '../language/language-context.js';

/** The settings that this process runs with. The address of the page holds the filter; a secret is set or not, and never shown. */
export function Screen() {
  return (
    <Needs right="look">
      <Settings />
    </Needs>
  );
}

function Settings() {
  const text = useText();
  const { name = '' } = useSearch({ from: '/shell/settings' });
  const navigate = useNavigate();
  const found = useQuery(settings());
  const field = useId();
  const input = useRef<HTMLInputElement>(null);
  // The address follows what is typed, and is slower than it.
  const [typed, setTyped] = useState(name);
  useEffect(() => {
    if (document.activeElement !== input.current) setTyped(name);
  }, [name]);
  const wanted = typed.trim().toUpperCase();
  const filter = (next: string) => {
    setTyped(next);
    void navigate({ to: '/settings', search: { name: next || undefined }, replace: true });
  };
  return (
    <>
      <PageTitle title={text('nav.settings')} />
      <p>{text('settings.explain')}</p>
      <div className="field narrow">
        <label htmlFor={field}>{text('settings.filter')}</label>
        <input
          id={field}
          type="search"
          ref={input}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => filter(target.value)}
        />
      </div>
      <Loaded of={found} lines={10} isPart>
        {(view) => <Rows rows={view.settings.filter((row) => row.name.includes(wanted))} />}
      </Loaded>
    </>
  );
}

function Rows({ rows }: { rows: SettingView[] }) {
  const { text, named } = useLanguage();
  return (
    <>
      <p role="status" className="soft">
        {text('list.shown', { count: rows.length })}
      </p>
      {rows.length === 0 ? (
        <Empty>{text('settings.empty')}</Empty>
      ) : (
        <Table
          caption={text('nav.settings')}
          rows={rows}
          keyOf={(row) => row.name}
          columns={[
            { title: text('settings.name'), cell: (row) => <Name of={row} /> },
            { title: text('settings.value'), cell: (row) => <Value of={row} /> },
            {
              title: text('settings.from'),
              cell: (row) => <span className="whole">{named('settings.from', row.from)}</span>,
            },
          ]}
        />
      )}
    </>
  );
}

function Name({ of: { name, meaning } }: { of: SettingView }) {
  const { language } = useLanguage();
  return (
    <span className="stack">
      <code>{name}</code>
      {meaning && language === 'en' && <span className="soft small">{unmarked(meaning)}</span>}
    </span>
  );
}

/** Without the marks of what is typed: it is the sentence of the reference. */
const unmarked = (sentence: string): string => sentence.replaceAll('`', '');

function Value({ of: { value, unset, from, secret } }: { of: SettingView }) {
  const { text, language } = useLanguage();
  if (secret) {
    const isSet = from !== 'default';
    return <Badge tone={isSet ? 'good' : 'plain'}>{text(isSet ? 'settings.set' : 'settings.not-set')}</Badge>;
  }
  if (value === undefined || value === '')
    return (
      <span className="stack">
        {text('settings.not-set')}
        {unset && language === 'en' && <span className="soft small">{unmarked(unset)}</span>}
      </span>
    );
  return <code>{value}</code>;
}
