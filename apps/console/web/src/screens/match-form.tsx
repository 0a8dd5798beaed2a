import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { matchNumber } from '../api/acts.js';
import { assist } from '../api/queries.js';
import { Action } from '../components/action.js';
import { FaultNote } from '../components/fault.js';
import { useText } from '../language/language-context.js';
import { useAsking } from '../session/asking.js';
import { useFresh } from '../session/use-act.js';
import { digitsOf } from '../typed.js';

/** The number that the caller's page shows. There is one attempt: a wrong one ends the assist. */
export function MatchForm({ id }: { id: string }) {
  const text = useText();
  const { announce } = useAsking();
  const fresh = useFresh();
  const queries = useQueryClient();
  const [number, setNumber] = useState('');
  const [fault, setFault] = useState<unknown>();
  const [isPending, setPending] = useState(false);
  const field = useId();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = digitsOf(number);
    if (isPending || typed === '') return;
    setPending(true);
    setFault(undefined);
    try {
      const matched = await fresh(() => matchNumber(id, typed));
      if (matched?.answer.state === 'matched') announce(text('match.done'));
    } catch (error) {
      setFault(error);
    }
    await queries.invalidateQueries({ queryKey: assist(id).queryKey });
    setPending(false);
  };
  return (
    <section aria-labelledby={`${field}-title`}>
      <h2 id={`${field}-title`}>{text('match.title')}</h2>
      <form className="find" onSubmit={(event) => void submit(event)}>
        <div className="field">
          <label htmlFor={field}>{text('match.label')}</label>
          <input
            id={field}
            className="number"
            required
            inputMode="numeric"
            autoComplete="off"
            maxLength={7}
            value={number}
            onChange={({ target }) => setNumber(target.value)}
            aria-describedby={`${field}-hint`}
          />
          <span slot="description" id={`${field}-hint`}>
            {text('match.hint')}
          </span>
        </div>
        <Action kind="main" type="submit">
          {text('match.act')}
        </Action>
      </form>
      {fault !== undefined && <FaultNote fault={fault} />}
    </section>
  );
}
