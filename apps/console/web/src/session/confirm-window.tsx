import { useState } from 'react';
import { Action } from '../components/action.js';
import { FaultNote } from '../components/fault.js';
import { Window } from '../components/window.js';
import { useText } from '../language/language-context.js';
import { confirmAgain } from './passkey.js';
import { useSession } from './session-context.js';

/** Before something is changed, the passkey is asked for again. */
export function ConfirmWindow({ onDone }: { onDone(isConfirmed: boolean): void }) {
  const text = useText();
  const { replace } = useSession();
  const [fault, setFault] = useState<unknown>();
  const confirm = async () => {
    setFault(undefined);
    try {
      replace(await confirmAgain());
      onDone(true);
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <Window title={text('confirm.title')} onClose={() => onDone(false)}>
      <p>{text('confirm.why')}</p>
      {fault !== undefined && <FaultNote fault={fault} />}
      <div className="actions">
        <Action kind="main" onAct={confirm} autoFocus>
          {text('confirm.act')}
        </Action>
        <Action onAct={() => onDone(false)}>{text('act.cancel')}</Action>
      </div>
    </Window>
  );
}
