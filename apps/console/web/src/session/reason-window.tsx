import { type FormEvent, useId, useState } from 'react';
import { FieldError, Form, Label, Text, TextArea, TextField } from 'react-aria-components';
import { Action } from '../components/action.js';
import { Window } from '../components/window.js';
import { useText } from '../language/language-context.js';
import { inOneLine } from '../typed.js';

export interface ReasonAsked {
  title: string;
  /** What will happen, and to whom. */
  explain: string;
  /** The words of the button. */
  act: string;
  /** The button is of an act that takes something away. */
  isGrave?: boolean;
  /** What has to be chosen as well. */
  choice?: { label: string; options: { value: string; words: string }[] } | undefined;
}

export interface Answered {
  reason: string;
  /** The value that was chosen; empty when there was nothing to choose. */
  choice: string;
}

const longest = 500;

/** An act has a reason, which is written down with it. */
export function ReasonWindow({
  about,
  onDone,
}: {
  about: ReasonAsked;
  onDone(answered: Answered | undefined): void;
}) {
  const text = useText();
  const field = useId();
  const [reason, setReason] = useState('');
  const [choice, setChoice] = useState(about.choice?.options[0]?.value ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The server keeps one line.
    const kept = inOneLine(reason);
    if (kept !== '') onDone({ reason: kept, choice });
  };
  return (
    <Window title={about.title} onClose={() => onDone(undefined)}>
      <p>{about.explain}</p>
      <Form onSubmit={submit}>
        {about.choice && (
          <div className="field">
            <label htmlFor={field}>{about.choice.label}</label>
            <select id={field} value={choice} onChange={({ target }) => setChoice(target.value)}>
              {about.choice.options.map(({ value, words }) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          </div>
        )}
        <TextField
          isRequired
          value={reason}
          onChange={setReason}
          maxLength={longest}
          autoFocus={!about.choice}
          validate={(value) => (inOneLine(value) === '' ? text('reason.missing') : null)}
        >
          <Label>{text('reason.label')}</Label>
          <TextArea rows={3} />
          <Text slot="description">{text('reason.hint')}</Text>
          <FieldError />
        </TextField>
        <div className="actions">
          <Action kind={about.isGrave ? 'alarm' : 'main'} type="submit">
            {about.act}
          </Action>
          <Action onAct={() => onDone(undefined)}>{text('act.cancel')}</Action>
        </div>
      </Form>
    </Window>
  );
}
