import type { Locale } from '@rekey/kernel';

/** What may happen to an account and its authenticators, its password among them. */
export type ChangeWord =
  | 'totp_bound'
  | 'totp_removed'
  | 'totp_disabled'
  | 'totp_restored'
  | 'backup_code_made'
  | 'backup_code_removed'
  | 'backup_code_disabled'
  | 'backup_code_restored'
  | 'code_disabled'
  | 'password_changed'
  | 'addresses_changed'
  | 'password_put'
  | 'password_ended'
  | 'account_disabled'
  | 'account_enabled'
  | 'access_changed'
  | 'password_limited'
  | 'totp_guessed';

/** Of a recovery: it has set a new password, has ended the old one without a new one, or has left it alone. */
export type PasswordWord = 'set' | 'ended' | 'kept';

/** What a message is written from. All of it may come from elsewhere, so all of it is escaped where it lands. */
export interface MessageSlots {
  kind: 'recovery_code' | 'recovery_completed' | 'recovery_held' | 'authenticators_changed';
  locale: Locale;
  /** What the product is called. */
  productName: string;
  /** Base URL of the hosted pages: its host binds the SMS to the page. */
  recoveryUrl: string;
  /** The "this was not me" link of a message about a recovery, good for 72 hours. */
  stopUrl?: string | undefined;
  /** Of a code by mail: the link beside it, good for 30 minutes. */
  linkUrl?: string | undefined;
  /** Of a code: the digits, ungrouped, and for how many minutes they are good. */
  code?: string | undefined;
  codeMinutes: number;
  /** Of a notice: when it happened, and what became of the password. */
  happenedAt?: Date | undefined;
  password?: PasswordWord | undefined;
  /** Of a recovery: it has set authenticators aside that were bound lately. */
  suspended?: boolean | undefined;
  /** Of a recovery that is held: until when. */
  heldUntil?: Date | undefined;
  /** Credentials come from an issuer that is not ours: undoing a recovery does not end them. */
  issuerIsExternal?: boolean;
  /** Of a notice about something that was bound: the link that undoes it, good for 72 hours. */
  undoUrl?: string | undefined;
  /** Of a notice about a change: all that happened at once. */
  changes?: ChangeWord[] | undefined;
}

/** One line: neither a header nor an SMS can be made to have another (CR/LF injection). */
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
 * Fills `{{name}}` with escaped text, once: what a value contains is never read as another slot.
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

/** `12345678` as `1234 5678`, `123456` as `123 456`, longer ones in fours: easier to read over than many in a row. */
export const grouped = (code: string): string =>
  code.match(code.length === 6 ? /\d{3}/g : /\d{1,4}/g)?.join(' ') ?? code;
