import { lifetimes } from '@rekey/recovery';
import { timeText } from './date-text.js';
import { type PageContext, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

/** Enough was proved, and it waits: somebody stopped a recovery of this account lately. @param props.until RFC 3339 */
export function HeldPage({ context, until }: { context: PageContext; until: string }) {
  const { held } = wordingOf(context);
  return (
    <Shell context={context} title={held.title} step={3}>
      <p class="note">{held.lead(timeText(context, until))}</p>
      <p>{held.why}</p>
      <p>{held.told}</p>
      <p>{held.later(lifetimes.afterHold / 86_400_000)}</p>
    </Shell>
  );
}
