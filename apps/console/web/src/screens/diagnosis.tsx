import { Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { diagnose } from '../api/acts.js';
import type { DiagnosisView } from '../api/work-views.js';
import { Action } from '../components/action.js';
import { Actor } from '../components/event-words.js';
import { Facts } from '../components/facts.js';
import { FaultNote, Needs } from '../components/fault.js';
import { PageTitle } from '../components/page-title.js';
import { Time } from '../components/time.js';
import { useLanguage, useText } from '../language/language-context.js';

/** Why a token is not accepted. What is pasted is in this field and in the body of one request, and gone when the screen is left. */
export function Screen() {
  return (
    <Needs right="look">
      <Diagnosis />
    </Needs>
  );
}

function Diagnosis() {
  const text = useText();
  const [token, setToken] = useState('');
  const [found, setFound] = useState<DiagnosisView>();
  const [fault, setFault] = useState<unknown>();
  const [isPending, setPending] = useState(false);
  const field = useId();
  useEffect(() => {
    // A page that the browser keeps to go back to must not keep the token.
    const clear = () => setToken('');
    addEventListener('pagehide', clear);
    return () => removeEventListener('pagehide', clear);
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isPending || token.trim() === '') return;
    setPending(true);
    setFault(undefined);
    setFound(undefined);
    // Nothing is done with the token once it has been sent.
    await diagnose(token.trim()).then((view) => {
      setFound(view);
      setToken('');
    }, setFault);
    setPending(false);
  };
  return (
    <>
      <PageTitle title={text('nav.diagnosis')} />
      <p>{text('diagnosis.explain')}</p>
      <form className="find" onSubmit={(event) => void submit(event)}>
        <div className="field wide">
          <label htmlFor={field}>{text('diagnosis.token')}</label>
          <textarea
            id={field}
            rows={5}
            required
            value={token}
            onChange={({ target }) => setToken(target.value)}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            data-1p-ignore=""
            className="code"
            aria-describedby={`${field}-hint`}
          />
          <span slot="description" id={`${field}-hint`}>
            {text('diagnosis.hint')}
          </span>
        </div>
        <Action kind="main" type="submit">
          {text('diagnosis.act')}
        </Action>
      </form>
      {fault !== undefined && <FaultNote fault={fault} />}
      {found && <Found view={found} />}
    </>
  );
}

function Found({ view }: { view: DiagnosisView }) {
  const { text, named } = useLanguage();
  const { cause, evidence, remedy, claims } = view;
  const account = evidence.find(({ what }) => what === 'account')?.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <section className={cause === 'none' ? 'note' : 'note alarm-note'} aria-labelledby="cause">
        <h2 id="cause" ref={heading} tabIndex={-1}>
          {named('token-cause', cause)}
        </h2>
        <p>{named('remedy', remedy)}</p>
        <p className="soft small">
          <code>{cause}</code> · <code>{remedy}</code>
        </p>
      </section>
      <section>
        <h2>{text('diagnosis.evidence')}</h2>
        <ul className="evidence">
          {evidence.map(({ what, value, at, audit_id }) => (
            <li key={what}>
              <span>{named('evidence', what)}</span>
              {value && <Shown what={what} value={value} />}
              {at && <Time at={at} />}
              {audit_id && (
                <Link to="/audit/$id" params={{ id: audit_id }}>
                  {text('timeline.proof')} <span className="unseen">{audit_id}</span>
                </Link>
              )}
            </li>
          ))}
        </ul>
      </section>
      {claims && (
        <section>
          <h2>{text('diagnosis.claims')}</h2>
          <Facts
            of={Object.entries(claims).map(([name, value]) => [
              name,
              <Claim key={name} {...{ name, value, account }} />,
            ])}
          />
        </section>
      )}
    </>
  );
}

function Shown({ what, value }: { what: string; value: string }) {
  const { named } = useLanguage();
  if (what === 'account')
    return (
      <Link to="/accounts/$id" params={{ id: value }}>
        {value}
      </Link>
    );
  if (what === 'recovery')
    return (
      <Link to="/recoveries/$id" params={{ id: value }}>
        {value}
      </Link>
    );
  if (what === 'token') return named('token', value);
  return what === 'ended' ? <Actor actor={value} /> : <code>{value}</code>;
}

/** Members that are times in seconds (RFC 7519 §4.1). */
const times = ['iat', 'exp', 'nbf', 'auth_time'];

/** @param account of the token; one that a client got for itself has none, and its subject is the client */
function Claim({ name, value, account }: { name: string; value: unknown; account: string | undefined }) {
  if (typeof value === 'string' && name === 'sub' && value === account)
    return (
      <Link to="/accounts/$id" params={{ id: value }}>
        {value}
      </Link>
    );
  if (typeof value === 'string' && name === 'recovery_id')
    return (
      <Link to="/recoveries/$id" params={{ id: value }}>
        {value}
      </Link>
    );
  if (typeof value === 'number' && times.includes(name))
    return <Time at={new Date(value * 1000).toISOString()} />;
  return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>;
}
