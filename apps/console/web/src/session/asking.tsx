import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { serverNow } from '../api/request.js';
import { ConfirmWindow } from './confirm-window.js';
import { type Answered, type ReasonAsked, ReasonWindow } from './reason-window.js';
import { useSession } from './session-context.js';

interface Asking {
  /**
   * Has the person confirm with the passkey, unless that was just done.
   *
   * @param isWanted the server wants it, whatever this page believes
   * @returns false when the person gave it up
   */
  confirm(isWanted?: boolean): Promise<boolean>;
  /** Asks why something is done. @returns undefined when the person gave it up */
  askReason(about: ReasonAsked): Promise<Answered | undefined>;
  /** Says what was done, to eyes and to screen readers, wherever the focus is. */
  announce(words: string): void;
}

type Open =
  | { kind: 'confirm'; done(isConfirmed: boolean): void }
  | { kind: 'reason'; about: ReasonAsked; done(answered: Answered | undefined): void };

const AskingContext = createContext<Asking | undefined>(undefined);

/** A confirmation that ends while a form is sent is of no use to it. */
const marginMs = 5_000;
const saidMs = 12_000;

/** Asks a person in a window, and gives the answer to the code that needs it. */
export function AskingProvider({ children }: { children: ReactNode }) {
  const { session } = useSession();
  const [open, setOpen] = useState<Open>();
  const freshUntil = Date.parse(session.fresh_until ?? '');

  const confirm = useCallback(
    async (isWanted = false) => {
      if (!isWanted && freshUntil - serverNow() > marginMs) return true;
      return new Promise<boolean>((resolve) => {
        const done = (isConfirmed: boolean) => {
          setOpen(undefined);
          resolve(isConfirmed);
        };
        setOpen({ kind: 'confirm', done });
      });
    },
    [freshUntil],
  );

  const askReason = useCallback(
    (about: ReasonAsked) =>
      new Promise<Answered | undefined>((resolve) => {
        const done = (answered: Answered | undefined) => {
          setOpen(undefined);
          resolve(answered);
        };
        setOpen({ kind: 'reason', about, done });
      }),
    [],
  );

  const [said, announce] = useSaid();
  const asking = useMemo(() => ({ confirm, askReason, announce }), [confirm, askReason, announce]);
  return (
    <AskingContext value={asking}>
      {children}
      <div role="status" className="said">
        {said && <p>{said}</p>}
      </div>
      {open?.kind === 'confirm' && <ConfirmWindow onDone={open.done} />}
      {open?.kind === 'reason' && <ReasonWindow about={open.about} onDone={open.done} />}
    </AskingContext>
  );
}

/** Words that stay long enough to be read; the screen shows what was done as well. */
function useSaid(): [said: string, announce: (words: string) => void] {
  const [said, setSaid] = useState({ words: '' });
  useEffect(() => {
    if (said.words === '') return;
    const timer = setTimeout(() => setSaid({ words: '' }), saidMs);
    return () => clearTimeout(timer);
  }, [said]);
  return [said.words, useCallback((words: string) => setSaid({ words }), [])];
}

export function useAsking(): Asking {
  const asking = useContext(AskingContext);
  if (!asking) throw new Error('no one is signed in here');
  return asking;
}
