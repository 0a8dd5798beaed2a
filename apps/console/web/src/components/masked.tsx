import { useState } from 'react';
import { useText } from '../language/language-context.js';
import { useAsking } from '../session/asking.js';
import { useFresh } from '../session/use-act.js';
import { Action } from './action.js';
import { FaultNote } from './fault.js';

/**
 * A value that is hidden until a member of staff says why it is needed. It is hidden again when the screen is left, and never kept.
 *
 * @param reveal sends the reason, which is audited, and gives the value
 */
export function Masked({
  masked,
  what,
  reveal,
}: {
  masked: string;
  what: string;
  reveal?: ((reason: string) => Promise<string>) | undefined;
}) {
  const text = useText();
  const { askReason } = useAsking();
  const fresh = useFresh();
  const [value, setValue] = useState<string>();
  const [fault, setFault] = useState<unknown>();
  const show = async () => {
    setFault(undefined);
    const answered = await askReason({
      title: text('reveal.title', { what }),
      explain: text('reveal.explain'),
      act: text('reveal.act'),
    });
    if (!answered || !reveal) return;
    await fresh(() => reveal(answered.reason)).then((shown) => shown && setValue(shown.answer), setFault);
  };
  return (
    <span className="masked">
      <span>{value ?? masked}</span>
      {reveal && value === undefined && (
        <Action kind="plain" onAct={show} label={text('reveal.label', { what, masked })}>
          {text('reveal.show')}
        </Action>
      )}
      {value !== undefined && (
        <Action kind="plain" onAct={() => setValue(undefined)}>
          {text('reveal.hide')}
        </Action>
      )}
      {fault !== undefined && <FaultNote fault={fault} />}
    </span>
  );
}
