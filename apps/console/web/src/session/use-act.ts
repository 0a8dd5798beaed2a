import { useQueryClient } from '@tanstack/react-query';
import { ProblemError } from '../api/problem.js';
import { useAsking } from './asking.js';
import type { ReasonAsked } from './reason-window.js';
import { sessionKey } from './session-context.js';

/** The words of an act: what the window asks, and what is said once it is done. */
export interface ActWords extends ReasonAsked {
  done: string;
}

/**
 * Sends what needs a fresh confirmation; where the server says that it ran out, has the person confirm and sends it again: nothing was done.
 *
 * @returns a function that answers undefined when the person gave it up; it throws what the server refuses
 */
export function useFresh(): <Answer>(send: () => Promise<Answer>) => Promise<{ answer: Answer } | undefined> {
  const { confirm } = useAsking();
  return async (send) => {
    try {
      return { answer: await send() };
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'step_up_required') throw error;
      return (await confirm(true)) ? { answer: await send() } : undefined;
    }
  };
}

/** Reads again what is shown. */
export function useReadAgain(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
}

/** After a fault too: the answer may be lost of what was done, or another person was faster. @throws the fault */
export async function orReadAgain<Sent>(
  sending: Promise<Sent>,
  readAgain: () => Promise<void>,
): Promise<Sent> {
  try {
    return await sending;
  } catch (fault) {
    await readAgain();
    throw fault;
  }
}

/**
 * Does what changes something: asks for the reason, has the person confirm with the passkey, sends it, reads again what is shown, and says
 * that it was done.
 *
 * @returns a function whose answer is whether it was done; it throws what the server refuses
 */
export function useAct(): (
  about: ActWords,
  send: (reason: string, choice: string) => Promise<unknown>,
) => Promise<boolean> {
  const { askReason, confirm, announce } = useAsking();
  const fresh = useFresh();
  const readAgain = useReadAgain();
  return async (about, send) => {
    const answered = await askReason(about);
    if (!answered || !(await confirm())) return false;
    const sent = await orReadAgain(
      fresh(() => send(answered.reason, answered.choice)),
      readAgain,
    );
    if (!sent) return false;
    announce(about.done);
    await readAgain();
    return true;
  };
}
