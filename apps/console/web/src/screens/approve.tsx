import { useState } from 'react';
import { approveOverride, draftApproval, type ToSign } from '../api/acts.js';
import { Action } from '../components/action.js';
import { FaultNote } from '../components/fault.js';
import { useText } from '../language/language-context.js';
import { useAsking } from '../session/asking.js';
import { orReadAgain, useFresh, useReadAgain } from '../session/use-act.js';
import { SignDocument } from './sign-document.js';

/** The second person reads the approval, and signs it with the passkey. */
export function Approve({ id }: { id: string }) {
  const text = useText();
  const { announce } = useAsking();
  const fresh = useFresh();
  const readAgain = useReadAgain();
  const [draft, setDraft] = useState<ToSign>();
  const [fault, setFault] = useState<unknown>();
  const read = async () => {
    setFault(undefined);
    await fresh(() => draftApproval(id)).then((made) => made && setDraft(made.answer), setFault);
  };
  if (draft)
    return (
      <SignDocument
        draft={draft}
        act={text('sign.approve')}
        onBack={() => setDraft(undefined)}
        send={async (signed) => {
          const sent = await orReadAgain(
            fresh(() => approveOverride(id, signed)),
            readAgain,
          );
          if (!sent) return;
          announce(text('sign.approved'));
          await readAgain();
        }}
      />
    );
  return (
    <>
      <p>{text('override.check')}</p>
      {fault !== undefined && <FaultNote fault={fault} />}
      <div className="actions">
        <Action kind="main" onAct={read}>
          {text('override.read')}
        </Action>
      </div>
    </>
  );
}
