import { longestTyped } from '@rekey/kernel';
import { Field } from './shell.js';

/** Where a person types letters that they read elsewhere. Its id is also its name in the form. */
export function LettersField(props: {
  id: string;
  label: string;
  hint: string;
  problem: string | undefined;
  value: string;
}) {
  const { id, label, hint, problem, value } = props;
  return (
    <Field id={id} label={label} hint={hint} problem={problem}>
      {(describedBy) => (
        <input
          id={id}
          name={id}
          class="code-field"
          type="text"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={longestTyped}
          value={value}
          required
          aria-describedby={describedBy}
          aria-invalid={problem ? 'true' : undefined}
        />
      )}
    </Field>
  );
}
