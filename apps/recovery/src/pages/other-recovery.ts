import { isRefused } from '@rekey/kernel';
import { type RecoveryContext, type RecoveryReference, showRecovery } from '@rekey/recovery';
import { setBeside } from './beside.js';
import type { Browser } from './browser-state.js';

/**
 * Looks for another recovery of this browser that goes on, so that a page says which one it is about. Those that have ended are forgotten.
 *
 * @param shown the recovery that the page shows
 */
export async function lookBeside(
  browser: Browser,
  context: RecoveryContext,
  shown: RecoveryReference | undefined,
): Promise<void> {
  const { all, last } = browser.recoveries;
  const at = all.findIndex(({ id }) => id === shown?.id);
  // From each one to the next, so that none is out of reach.
  const others = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))];
  const over: RecoveryReference[] = [];
  for (const other of others) {
    const view = await showRecovery(context, other);
    if (!isRefused(view) && ['proving', 'held', 'proven'].includes(view.state)) {
      const started = at < 0 ? 'alone' : all.indexOf(other) < at ? 'after' : 'before';
      setBeside(browser.request, { url: `/recover/code?of=${other.id}`, started });
      break;
    }
    if (other !== last) over.push(other);
  }
  browser.recoveries.removeEarlier(over);
}
