import { useState } from 'react';
import { useText } from '../language/language-context.js';
import { Action } from './action.js';

/** An id, and a button that copies it. @param short shows the end of a long one only; the whole is copied */
export function CopyableId({ id, short = false }: { id: string; short?: boolean }) {
  const text = useText();
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(id);
      setSaid(text('copy.done'));
    } catch {
      setSaid(text('copy.failed'));
    }
    setTimeout(() => setSaid(''), 2_000);
  };
  return (
    <span className="copyable">
      <code title={id}>{short && id.length > 12 ? `…${id.slice(-8)}` : id}</code>
      <Action kind="plain" onAct={copy} label={text('copy.label', { id })}>
        <svg aria-hidden="true" viewBox="0 0 16 16" width="16" height="16">
          <path
            d="M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.4"
            strokeLinejoin="round"
          />
        </svg>
      </Action>
      <span role="status">{said}</span>
    </span>
  );
}
