import { useState } from 'react';
import type { Signed, ToSign } from '../api/acts.js';
import { Action } from '../components/action.js';
import { Facts } from '../components/facts.js';
import { FaultNote } from '../components/fault.js';
import { Time } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';
import { OtherTextError, signText } from '../session/sign-text.js';

/**
 * A document in plain words and as it is, to be read and then signed with the passkey.
 *
 * @param send what was signed; its faults are shown here
 */
export function SignDocument({
  draft,
  act,
  onBack,
  send,
}: {
  draft: ToSign;
  act: string;
  onBack(): void;
  send(signed: Signed): Promise<unknown>;
}) {
  const { text } = useLanguage();
  const [fault, setFault] = useState<unknown>();
  const sign = async () => {
    setFault(undefined);
    await signText(draft).then(send).catch(setFault);
  };
  return (
    <section className="document" aria-labelledby="document">
      <h2 id="document">{text('sign.title')}</h2>
      <p>{text('sign.explain')}</p>
      <Facts
        of={typeFirst(membersOf(draft.text)).map(([name, value]) => [
          <Member key={name} name={name} />,
          <Value key={name} name={name} value={value} />,
        ])}
      />
      <h3>{text('sign.full')}</h3>
      <pre>{draft.text}</pre>
      {fault instanceof OtherTextError ? (
        <p className="note alarm-note" role="alert">
          {text('sign.other-text')}
        </p>
      ) : (
        fault !== undefined && <FaultNote fault={fault} />
      )}
      <div className="actions">
        <Action kind="main" onAct={sign}>
          {act}
        </Action>
        <Action onAct={onBack}>{text('act.cancel')}</Action>
      </div>
    </section>
  );
}

/** What it is comes before what it says. */
const typeFirst = (members: [name: string, value: unknown][]): [name: string, value: unknown][] => [
  ...members.filter(([name]) => name === 'type'),
  ...members.filter(([name]) => name !== 'type'),
];

/** @returns nothing for what is no JSON object: the whole text is shown in any case */
function membersOf(text: string): [name: string, value: unknown][] {
  try {
    return Object.entries(JSON.parse(text));
  } catch {
    return [];
  }
}

function Member({ name }: { name: string }) {
  const { named } = useLanguage();
  const words = named('document', name);
  return words === name ? <code>{name}</code> : words;
}

function Value({ name, value }: { name: string; value: unknown }) {
  const { text, named } = useLanguage();
  if (name === 'type') return named('document.type', String(value));
  if (name === 'wait_hours') return text('document.hours', { hours: Number(value) });
  if (typeof value === 'string' && name.endsWith('_at')) return <Time at={value} />;
  if (name === 'lost' && Array.isArray(value)) return <Lost entries={value.map(String)} />;
  return name === 'evidence' || name === 'reason' ? (
    <span className="quoted">{String(value)}</span>
  ) : (
    <code>{String(value)}</code>
  );
}

/** Each entry is a kind and a name. */
function Lost({ entries }: { entries: string[] }) {
  const { named } = useLanguage();
  return (
    <span className="stack">
      {entries.map((entry) => {
        const [kind = '', name = ''] = entry.split(' ');
        return (
          <span key={entry}>
            {named('kind', kind)} <code>{name}</code>
          </span>
        );
      })}
    </span>
  );
}
