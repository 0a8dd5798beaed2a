import { attemptOnce, type ProofInput, prove } from '@rekey/recovery';
import type { BrowserRecovery } from './browser-recoveries.js';
import type { Presenter } from './presenter.js';

/** What is typed on a page as a proof: the same once more costs no further try, see {@link attemptOnce}. */
export function proveOnce(
  { browser, parts: { context } }: Presenter,
  recovery: BrowserRecovery,
  proof: ProofInput,
): ReturnType<typeof attemptOnce> {
  browser.movedOn(recovery);
  const form = browser.digestOf(proof.kind, proof.value);
  return attemptOnce(context, { id: recovery.id, form }, (once) =>
    prove(context, recovery, { ...proof, once }, browser.caller),
  );
}
