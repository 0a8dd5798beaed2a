import type { Locale, MessageKind } from '@rekey/kernel';
import type { AccountNotification, PasswordOutcome } from '@rekey/outbox';

/** The values of a message. All of them may be foreign input, so all of them are escaped where they are inserted. */
export interface MessageSlots {
  kind: MessageKind;
  locale: Locale;
  /** The name of the product. */
  productName: string;
  /** Base URL of the hosted pages: its host binds the SMS to the page. */
  recoveryUrl: string;
  /** The "this was not me" link of a message about a recovery, valid for 72 hours. */
  stopUrl?: string | undefined;
  /** For a code by mail: the link next to it, valid for 30 minutes. */
  linkUrl?: string | undefined;
  /** For a code: the digits, ungrouped, and its lifetime in minutes. */
  code?: string | undefined;
  codeMinutes: number;
  /** For a notification: when it happened, and what happened to the password. */
  happenedAt?: Date | undefined;
  password?: PasswordOutcome | undefined;
  /** For a recovery: it has suspended authenticators that were bound recently. */
  suspended?: boolean | undefined;
  /** For a recovery that is held: until when. Left out when its wait was ended early. */
  heldUntil?: Date | undefined;
  /** An external issuer gives the credentials: undoing a recovery does not end them. */
  issuerIsExternal?: boolean;
  /** For a notification of a binding: the link that undoes it, valid for 72 hours. Of an override: the link that stops it. */
  undoUrl?: string | undefined;
  /** For a notification of a change: everything that happened at once. */
  changes?: AccountNotification[] | undefined;
}

/** Reduces a text to one line, so that it cannot add a header or an SMS line (CR/LF injection). */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/**
 * Fills `{{name}}` with escaped text, in one pass: a slot inside of a value is not filled.
 *
 * @throws {Error} when the template has a slot without a value
 */
export function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_slot, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the mail lacks a value for {{${name}}}`);
    return escapeHtml(value);
  });
}

/** `12345678` as `1234 5678`, `123456` as `123 456`, longer ones in fours: groups are easier to copy than a long row of digits. */
export const grouped = (code: string): string =>
  code.match(code.length === 6 ? /\d{3}/g : /\d{1,4}/g)?.join(' ') ?? code;
