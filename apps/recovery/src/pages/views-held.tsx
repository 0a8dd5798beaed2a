import { lifetimes } from '@rekey/recovery';
import { type PageContext, Shell } from './shell.js';
import { heldWordings } from './wording-held.js';
import { wordingWithoutSms } from './wording-without-sms.js';

/** In UTC and saying so, as in the mails: where the person is, we do not know. */
const timeText = ({ locale }: PageContext, at: string): string =>
  `${new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-CN', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(new Date(at))} UTC`;

/** Enough was proved, and it waits: somebody stopped a recovery of this account lately. @param props.until RFC 3339 */
export function HeldPage({ context, until }: { context: PageContext; until: string }) {
  const held = { ...heldWordings[context.locale], ...wordingWithoutSms(context)?.held };
  return (
    <Shell context={context} title={held.title} step={3}>
      <p class="note">{held.lead(timeText(context, until))}</p>
      <p>{held.why}</p>
      <p>{held.told}</p>
      <p>{held.later(lifetimes.afterHold / 86_400_000)}</p>
    </Shell>
  );
}
