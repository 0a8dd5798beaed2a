import { EventEmitter } from 'node:events';
import { domainToASCII } from 'node:url';
import type { Channel } from '@rekey/kernel';

/** A message as the mailbox shows it, to people and to scripts. */
export interface CaughtMessage {
  id: string;
  channel: Channel;
  to: string;
  from: string;
  subject?: string;
  text: string;
  html?: string;
  headers?: Record<string, string>;
  /** RFC 3339. */
  received_at: string;
  /** Of a mail: every recipient of its envelope, and its bytes as they came. */
  recipients: string[];
  source?: string;
}

/** Equal for two spellings of one address. */
function folded(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return (address.slice(0, at) + (domainToASCII(address.slice(at)) || address.slice(at))).toLowerCase();
}

const kept = 1_000;

/** What has come in since the start, newest first, a thousand at most. */
export class MessageStore {
  private messages: CaughtMessage[] = [];
  readonly changes = new EventEmitter().setMaxListeners(100);

  add(message: CaughtMessage): void {
    this.messages = [message, ...this.messages].slice(0, kept);
    this.changes.emit('change');
  }

  /** @param to a number, or a mail address in any letter case, with its domain in Unicode or Punycode; all when left out */
  list(to?: string): CaughtMessage[] {
    if (to === undefined) return this.messages;
    const wanted = folded(to);
    return this.messages.filter(({ recipients }) => recipients.some((one) => folded(one) === wanted));
  }

  find(id: string): CaughtMessage | undefined {
    return this.messages.find((message) => message.id === id);
  }

  clear(): void {
    this.messages = [];
    this.changes.emit('change');
  }
}
