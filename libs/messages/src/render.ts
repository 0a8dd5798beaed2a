import { type Channel, intlTag, type Locale, locales } from '@rekey/kernel';
import { isOfOverride } from '@rekey/outbox';
import { mails } from './mails.generated.js';
import { fill, grouped, type MessageSlots, oneLine } from './slots.js';
import type { Wording } from './wording/wording.js';
import { wordings } from './wording/wordings.generated.js';

export type RenderedEmail = { channel: 'email'; subject: string; text: string; html: string };
export type RenderedSms = { channel: 'sms'; body: string };
export type Rendered = RenderedEmail | RenderedSms;

/** Renders a message. The same slots give the same bytes, so that a retry is the same message. */
export function renderMessage(slots: MessageSlots & { channel: Channel }): Rendered {
  const words = wordings[slots.locale];
  const service = oneLine(slots.productName);
  if (slots.channel === 'sms') return { channel: 'sms', body: smsBody(words, service, slots) };
  if (slots.kind === 'recovery_code') return codeMail(words, service, slots);
  if (slots.kind === 'recovery_completed') return completedMail(words, service, slots);
  if (slots.kind === 'recovery_held') return heldMail(words, service, slots);
  if (slots.kind === 'recovery_assisted') return assistedMail(words, service, slots);
  return changedMail(words, service, slots);
}

function codeMail(words: Wording, service: string, slots: MessageSlots): RenderedEmail {
  const { code: w } = words;
  const code = grouped(codeOf(slots));
  const lead = w.lead(service);
  const good = w.good(slots.codeMinutes, service);
  const footer = w.footer(service);
  const subject = w.subject(service);
  const [stopUrl, linkUrl] = [urlOf(slots.stopUrl), urlOf(slots.linkUrl)];
  return {
    channel: 'email',
    subject,
    text: paragraphs(
      w.heading,
      lead,
      `    ${code}`,
      good,
      `${w.orLink}\n${w.linkLabel}${words.colon}\n${linkUrl}`,
      `${w.notYou}${w.stopLabel}${words.colon}\n${stopUrl}`,
      `-- \n${footer}`,
    ),
    html: fill(mails.recovery_code, {
      lang: slots.locale,
      subject,
      preview: w.preview(slots.codeMinutes),
      service,
      heading: w.heading,
      lead,
      code,
      good,
      orLink: w.orLink,
      linkUrl,
      linkLabel: w.linkLabel,
      notYou: w.notYou,
      stopUrl,
      stopLabel: w.stopLabel,
      footer,
    }),
  };
}

function completedMail(words: Wording, service: string, slots: MessageSlots): RenderedEmail {
  const { completed: w } = words;
  const { password = 'kept' } = slots;
  return recoveryMail(words, service, slots, {
    ...w,
    subject: w.subject(service),
    was: [
      w.was(password, oneLine(`${slots.recoveryUrl}/account`)),
      ...(slots.suspended ? [w.suspended] : []),
    ].join(words.between),
    notYou: w.notYou(password, !slots.issuerIsExternal),
    footer: w.footer(service),
  });
}

function heldMail(words: Wording, service: string, slots: MessageSlots): RenderedEmail {
  const { held: w } = words;
  const backUrl = oneLine(`${slots.recoveryUrl}/recover/back`);
  return recoveryMail(words, service, slots, {
    ...w,
    subject: w.subject(service),
    was: slots.heldUntil ? w.waits(whenText(slots.heldUntil, slots.locale), backUrl) : w.released(backUrl),
    footer: words.code.footer(service),
  });
}

function assistedMail(words: Wording, service: string, slots: MessageSlots): RenderedEmail {
  const { assisted: w } = words;
  const footer = words.code.footer(service);
  return recoveryMail(words, service, slots, { ...w, subject: w.subject(service), footer });
}

/** The mail about a recovery: what happened, and how to object. */
function recoveryMail(
  words: Wording,
  service: string,
  slots: MessageSlots,
  letter: Record<'subject' | 'preview' | 'heading' | 'was' | 'notYou' | 'stopLabel' | 'footer', string> &
    Pick<Wording['held'], 'lead'>,
): RenderedEmail {
  const { subject, preview, heading, was, footer } = letter;
  const { notYouHeading, notYouRemoved } = words.completed;
  // A removed address gets the notification, but no link to undo anything.
  const [stopUrl, stopLabel, notYou] = slots.stopUrl
    ? [urlOf(slots.stopUrl), letter.stopLabel, letter.notYou]
    : [urlOf(`${slots.recoveryUrl}/recover`), words.changed.recoverLabel, notYouRemoved];
  const lead = letter.lead(service, whenText(slots.happenedAt ?? new Date(0), slots.locale));
  return {
    channel: 'email',
    subject,
    text: paragraphs(
      heading,
      lead,
      was,
      `${notYouHeading}\n${notYou}\n${stopLabel}${words.colon}\n${stopUrl}`,
      `-- \n${footer}`,
    ),
    html: fill(mails.recovery_completed, {
      lang: slots.locale,
      subject,
      preview,
      service,
      heading,
      lead,
      was,
      notYouHeading,
      notYou,
      stopUrl,
      stopLabel,
      footer,
    }),
  };
}

function changedMail(words: Wording, service: string, slots: MessageSlots): RenderedEmail {
  const { changed: w } = words;
  const when = whenText(slots.happenedAt ?? new Date(0), slots.locale);
  const what = whatOf(words, slots);
  const isStop = isOfOverride(slots.changes);
  const notYou = slots.undoUrl
    ? isStop
      ? w.notYouOverride
      : w.notYouUndo
    : slots.changes?.includes('account_disabled')
      ? w.notYouDisabled(service)
      : w.notYou;
  const lead = w.lead(service, when);
  const footer = w.footer(service);
  const subject = w.subject(service);
  const recoverUrl = urlOf(slots.undoUrl ?? `${slots.recoveryUrl}/recover`);
  const undoLabel = isStop ? w.stopOverrideLabel : w.undoLabel;
  const recoverLabel = slots.undoUrl ? undoLabel : w.recoverLabel;
  return {
    channel: 'email',
    subject,
    text: paragraphs(
      w.heading,
      lead,
      what,
      `${w.notYouHeading}\n${notYou}\n${recoverLabel}${words.colon}\n${recoverUrl}`,
      `-- \n${footer}`,
    ),
    html: fill(mails.authenticators_changed, {
      lang: slots.locale,
      subject,
      preview: what,
      service,
      heading: w.heading,
      lead,
      what,
      notYouHeading: w.notYouHeading,
      notYou,
      recoverUrl,
      recoverLabel,
      footer,
    }),
  };
}

/** @throws {Error} when the message does not say what has changed */
function whatOf({ changed, between }: Wording, { changes = [] }: MessageSlots): string {
  if (changes.length === 0) throw new Error('a notice of a change lacks the change');
  return changes.map((change) => changed.what[change]).join(between);
}

/** @throws {Error} when the message needs a link and has none */
function urlOf(url: string | undefined): string {
  if (url === undefined) throw new Error('a message lacks its link');
  return oneLine(url);
}

function heldSms(
  { held: w }: Wording,
  service: string,
  { heldUntil, stopUrl, locale }: MessageSlots,
): string {
  if (!stopUrl) return w.smsRemoved(service);
  return heldUntil
    ? w.sms(service, whenText(heldUntil, locale), urlOf(stopUrl))
    : w.smsReleased(service, urlOf(stopUrl));
}

/**
 * The last line binds the code to the page (WICG, "Origin-bound one-time codes delivered via SMS"): `@host #code`. A phone then offers the
 * code on that page and nowhere else.
 */
function smsBody(words: Wording, service: string, slots: MessageSlots): string {
  if (slots.kind === 'recovery_completed')
    return slots.stopUrl
      ? words.completed.sms(service, urlOf(slots.stopUrl), slots.password === 'ended')
      : words.completed.smsRemoved(service);
  if (slots.kind === 'recovery_held') return heldSms(words, service, slots);
  if (slots.kind === 'recovery_assisted')
    return slots.stopUrl
      ? words.assisted.sms(service, urlOf(slots.stopUrl))
      : words.assisted.smsRemoved(service);
  if (slots.kind === 'authenticators_changed')
    return slots.undoUrl
      ? words.changed[isOfOverride(slots.changes) ? 'smsStopOverride' : 'smsUndo'](
          service,
          whatOf(words, slots),
          urlOf(slots.undoUrl),
        )
      : slots.changes?.includes('account_disabled')
        ? words.changed.smsDisabled(service, whatOf(words, slots))
        : words.changed.sms(service, whatOf(words, slots));
  const code = codeOf(slots);
  const host = new URL(slots.recoveryUrl).hostname;
  return `${words.code.sms(service, grouped(code), slots.codeMinutes)}\n\n@${host} #${code}`;
}

function codeOf({ code }: MessageSlots): string {
  if (code === undefined || !/^(\d{6}|\d{8}|\d{10}|\d{12}|\d{20})$/.test(code))
    throw new Error('a code message needs a code');
  return code;
}

const paragraphs = (...texts: string[]): string => `${texts.join('\n\n')}\n`;

const timeFormats = Object.fromEntries(
  locales.map(({ tag }) => [
    tag,
    new Intl.DateTimeFormat(intlTag(tag), { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
  ]),
) as Record<Locale, Intl.DateTimeFormat>;

/** In UTC, and labelled so: we do not know where the person is. */
const whenText = (at: Date, locale: Locale): string => `${timeFormats[locale].format(at)} UTC`;
