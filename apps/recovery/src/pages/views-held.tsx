import { lifetimes } from '@rekey/recovery';
import { timeText } from './date-text.js';
import { type PageContext, Shell } from './shell.js';
import { wordingOf } from './wording/index.js';

/** Enough was proved, and it waits: after a stop, or by a rule of the policy. @param props.until RFC 3339 */
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

/** The page behind the link in the notification of a hold. It looks the same with a recovery and without one. */
export function BackPage({ context }: { context: PageContext }) {
  const { back } = wordingOf(context).held;
  return (
    <Shell context={context} title={back.title}>
      <p class="lead">{back.lead}</p>
      <a class="button wide" href="/recover/code">
        {back.continue_}
      </a>
      <div class="aside">
        <p>{back.elsewhere}</p>
      </div>
    </Shell>
  );
}
