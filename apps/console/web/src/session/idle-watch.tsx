import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { serverNow } from '../api/request.js';
import { Action } from '../components/action.js';
import { FaultNote } from '../components/fault.js';
import { Window } from '../components/window.js';
import { useText } from '../language/language-context.js';
import { clearSession, readSession, sessionKey, useSession } from './session-context.js';

/** A person is asked this long before the session ends (WCAG 2.2 §2.2.1 asks for 20 seconds at least). */
const warningMs = 120_000;

/** Asks to stay signed in shortly before the idle time is up; then clears the screen. */
export function IdleWatch() {
  const text = useText();
  const queries = useQueryClient();
  const { session, idleEndsAt, stay, signOut } = useSession();
  const [leftMs, setLeftMs] = useState(idleEndsAt - serverNow());
  const [fault, setFault] = useState<unknown>();
  /** The end of which the person knows. */
  const [knownEnd, setKnownEnd] = useState<number>();

  useEffect(() => {
    const look = () => setLeftMs(idleEndsAt - serverNow());
    look();
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, [idleEndsAt]);

  const isOver = leftMs <= 0;
  useEffect(() => {
    if (!isOver) return;
    // Asked once: another browser window may have kept the session.
    readSession().then(
      (found) => (found ? queries.setQueryData(sessionKey, found) : clearSession(queries)),
      () => clearSession(queries),
    );
  }, [isOver, queries]);

  if (leftMs > warningMs || knownEnd === idleEndsAt) return null;
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
  // At the end of the eight hours nothing can be added.
  const canStay = idleEndsAt < Date.parse(session.expires_at);
  const trying = (act: () => Promise<void>) => async () => {
    setFault(undefined);
    await act().catch(setFault);
  };
  const dismiss = canStay ? trying(stay) : () => setKnownEnd(idleEndsAt);
  return (
    <Window title={text('idle.title')} onClose={dismiss}>
      <p role="timer" aria-live="off">
        {text(canStay ? 'idle.left' : 'idle.last', { seconds })}
      </p>
      {fault !== undefined && <FaultNote fault={fault} />}
      <div className="actions">
        <Action kind="main" onAct={dismiss} autoFocus>
          {text(canStay ? 'idle.stay' : 'idle.go-on')}
        </Action>
        <Action onAct={trying(signOut)}>{text('session.sign-out')}</Action>
      </div>
    </Window>
  );
}
