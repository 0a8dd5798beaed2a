import type { Locale } from '@rekey/kernel';
import { mails } from './mails.generated.js';
import { fill, grouped, type MessageSlots, oneLine } from './slots.js';
import { type Wording, wordings } from './wording.js';

export type RenderedEmail = { channel: 'email'; subject: string; text: string; html: string };
export type RenderedSms = { channel: 'sms'; body: string };
export type Rendered = RenderedEmail | RenderedSms;

/** Writes a message. The same slots give the same bytes, so that a retry is the same message. */
export function renderMessage(given: MessageSlots & { channel: 'email' | 'sms' }): Rendered {
  const slots = { ...given, stopUrl: oneLine(given.stopUrl) };
  const words = wordings[slots.locale];
  const service = oneLine(slots.serviceName);
  if (slots.channel === 'sms') return { channel: 'sms', body: smsBody(words, service, slots) };
  return slots.kind === 'recovery_code'
    ? codeMail(words, service, slots)
    : completedMail(words, service, slots);
}

function codeMail(words: Wording, service: string, slots: MessageSlots): RenderedEmail {
  const { code: w } = words;
  const code = grouped(codeOf(slots));
  const lead = w.lead(service);
  const good = w.good(slots.codeMinutes, service);
  const footer = w.footer(service);
  const subject = w.subject(service);
  return {
    channel: 'email',
    subject,
    text: paragraphs(
      w.heading,
      lead,
      `    ${code}`,
      good,
      `${w.notYou}${w.stopLabel}${words.colon}\n${slots.stopUrl}`,
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
      notYou: w.notYou,
      stopUrl: slots.stopUrl,
      stopLabel: w.stopLabel,
      footer,
    }),
  };
}

function completedMail(words: Wording, service: string, slots: MessageSlots): RenderedEmail {
  const { completed: w } = words;
  const passwordSet = slots.passwordSet ?? false;
  const lead = w.lead(service, whenText(slots.settledAt ?? new Date(0), slots.locale));
  const footer = w.footer(service);
  const subject = w.subject(service);
  return {
    channel: 'email',
    subject,
    text: paragraphs(
      w.heading,
      lead,
      w.was(passwordSet),
      `${w.notYouHeading}\n${w.notYou(passwordSet)}\n${w.stopLabel}${words.colon}\n${slots.stopUrl}`,
      `-- \n${footer}`,
    ),
    html: fill(mails.recovery_completed, {
      lang: slots.locale,
      subject,
      preview: w.preview,
      service,
      heading: w.heading,
      lead,
      was: w.was(passwordSet),
      notYouHeading: w.notYouHeading,
      notYou: w.notYou(passwordSet),
      stopUrl: slots.stopUrl,
      stopLabel: w.stopLabel,
      footer,
    }),
  };
}

/**
 * The last line binds the code to the page (WICG, "Origin-bound one-time codes delivered via SMS"): `@host #code`, so that a
 * phone offers it there and nowhere else.
 */
function smsBody(words: Wording, service: string, slots: MessageSlots): string {
  if (slots.kind === 'recovery_completed') return words.completed.sms(service, slots.stopUrl);
  const code = codeOf(slots);
  const host = new URL(slots.recoveryUrl).hostname;
  return `${words.code.sms(service, grouped(code), slots.codeMinutes)}\n\n@${host} #${code}`;
}

function codeOf({ code }: MessageSlots): string {
  if (code === undefined || !/^\d{6,8}$/.test(code)) throw new Error('a code message needs a code');
  return code;
}

const paragraphs = (...texts: string[]): string => `${texts.join('\n\n')}\n`;

const timeFormats: Record<Locale, Intl.DateTimeFormat> = {
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
  'zh-Hans': new Intl.DateTimeFormat('zh-CN', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
};

/** In UTC and saying so: where the person is, we do not know. */
const whenText = (at: Date, locale: Locale): string => `${timeFormats[locale].format(at)} UTC`;
