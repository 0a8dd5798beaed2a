import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { draftOverride, requestOverride, type ToSign } from '../api/acts.js';
import { ProblemError } from '../api/problem.js';
import { Action } from '../components/action.js';
import { FaultNote, Needs } from '../components/fault.js';
import { PageTitle } from '../components/page-title.js';
import { useText } from '../language/language-context.js';
import { useAsking } from '../session/asking.js';
import { useFresh, useReadAgain } from '../session/use-act.js';
import { inOneLine } from '../typed.js';
import { LostProofs } from './lost-proofs.js';
import { SignDocument } from './sign-document.js';

const longest = { account_id: 128, evidence: 2_000, reason: 500 };

/** Asks that a person whose identity was attested gets in without the proofs of the account. Another person decides about it. */
export function Screen() {
  return (
    <Needs right="assist">
      <Request />
    </Needs>
  );
}

function Request() {
  const text = useText();
  const navigate = useNavigate();
  const { account_id = '' } = useSearch({ from: '/shell/overrides/new' });
  const { announce } = useAsking();
  const readAgain = useReadAgain();
  const fresh = useFresh();
  const [draft, setDraft] = useState<ToSign>();
  const [typed, setTyped] = useState({ account_id, evidence: '', reason: '' });
  const [lost, setLost] = useState<string[]>([]);
  const [fault, setFault] = useState<unknown>();
  // Those of the account that the link has named.
  const isNamed = account_id !== '' && typed.account_id === account_id;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFault(undefined);
    // A signed text has no lines.
    const flat = { ...typed, evidence: inOneLine(typed.evidence), reason: inOneLine(typed.reason) };
    const named = isNamed && lost.length > 0 ? { lost } : {};
    await fresh(() => draftOverride({ ...flat, ...named })).then(
      (made) => made && setDraft(made.answer),
      setFault,
    );
  };
  if (draft)
    return (
      <>
        <PageTitle title={text('overrides.ask')} />
        <SignDocument
          draft={draft}
          act={text('sign.request')}
          onBack={() => setDraft(undefined)}
          send={async (signed) => {
            const sent = await fresh(() => requestOverride(signed));
            if (!sent) return;
            announce(text('sign.requested'));
            await readAgain();
            await navigate({ to: '/overrides/$id', params: { id: sent.answer.id } });
          }}
        />
      </>
    );
  const set = (name: keyof typeof typed) => (value: string) => setTyped({ ...typed, [name]: value });
  return (
    <>
      <PageTitle title={text('overrides.ask')} />
      <p>{text('overrides.ask-explain')}</p>
      <form className="find" onSubmit={(event) => void submit(event)}>
        <Field name="account_id" value={typed.account_id} onChange={set('account_id')} />
        {isNamed && <LostProofs accountId={account_id} lost={lost} onChange={setLost} />}
        <Field name="evidence" value={typed.evidence} onChange={set('evidence')} isLong />
        <Field name="reason" value={typed.reason} onChange={set('reason')} isLong />
        <div className="actions">
          <Action kind="main" type="submit">
            {text('overrides.draft')}
          </Action>
          {account_id && (
            <Link to="/accounts/$id" params={{ id: account_id }} className="button quiet">
              {text('act.cancel')}
            </Link>
          )}
        </div>
      </form>
      {isProvable(fault) && <p className="note alarm-note">{text('overrides.provable')}</p>}
      {fault !== undefined && !isProvable(fault) && <FaultNote fault={fault} />}
    </>
  );
}

/** The account has proofs that work, so nothing is to be overridden. */
const isProvable = (fault: unknown): boolean =>
  fault instanceof ProblemError && fault.problem.code === 'invalid_state';

function Field({
  name,
  value,
  onChange,
  isLong = false,
}: {
  name: 'account_id' | 'evidence' | 'reason';
  value: string;
  onChange(value: string): void;
  isLong?: boolean;
}) {
  const text = useText();
  const id = useId();
  const shared = { id, value, required: true, maxLength: longest[name] };
  const change = ({ target }: { target: { value: string } }) => onChange(target.value);
  return (
    <div className="field wide">
      <label htmlFor={id}>{text(`overrides.${name}`)}</label>
      {isLong ? (
        <textarea rows={3} {...shared} onChange={change} aria-describedby={`${id}-hint`} />
      ) : (
        <input
          {...shared}
          onChange={change}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-hint`}
        />
      )}
      <span slot="description" id={`${id}-hint`}>
        {text(`overrides.${name}-hint`)}
      </span>
    </div>
  );
}
