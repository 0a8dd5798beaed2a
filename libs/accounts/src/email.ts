import { isIPv4 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 5321 §4.5.3.1.3: a path has 256 octets at most, with its angle brackets. */
const longest = 254;

/** An address with the name of its mailbox, as mail programs copy it (RFC 5322 §3.4): `Ada <ada@example.com>`. */
const mailbox = /^(?:"[^"<>]*"\s*|[^"<>@]*)<(?<address>[^<>]+)>$/u;
/** What a sentence or a list has around an address. A pair of quotes around the local part alone belongs to it. */
const inQuotes = /^(?:"(?<double>[^"]+)"|['‘‚‹«“„([](?<other>.+)['’›»”“)\]])$/u;
const endOfSentence = /[\s.,;:!。．｡，、]+$/u;
/** Keyboards of phones add a space after a dot. */
const spaces = / *(?<mark>@) *| *(?<dot>[.。．｡]) *(?=[^@]*$)/gu;

/** The address alone, out of what was typed or pasted. */
function bare(typed: string): string {
  const text = typed.replace(endOfSentence, '');
  const quoted = inQuotes.exec(text)?.groups;
  const inner = mailbox.exec(text)?.groups?.address ?? quoted?.double ?? quoted?.other;
  if (inner !== undefined) return bare(inner.trim());
  return text.replace(spaces, '$<mark>$<dot>');
}

/** The address of a link (RFC 6068 §2), in which percent signs stand for other characters; what follows it is about the message. */
function withoutLink(text: string): string {
  const address = /^mailto:(?<address>[^?]*)/is.exec(text)?.groups?.address;
  if (address === undefined) return text;
  try {
    return decodeURIComponent(address);
  } catch {
    return text;
  }
}

/**
 * Reads a mail address. `mailto:`, a name beside the address in angle brackets, and the marks of a sentence around it do not count. The
 * local part stays as typed, because only its mail server knows what case, dots and plus signs mean. The domain becomes lower-case ASCII
 * (UTS 46).
 *
 * Dots in a row, or at either end of the local part, break the grammar (RFC 5321 §4.1.2) and exist: Japanese carriers gave out such
 * addresses. They are sent in quotes, so the quoted form of one is the same address.
 *
 * @param text NFC
 * @returns undefined for anything else: several addresses, a URL, an address of an IP
 */
export function readEmail(text: string): string | undefined {
  const address = withoutLink(bare(text));
  const at = address.lastIndexOf('@');
  const local = unquoted(address.slice(0, at));
  const domain = readDomain(address.slice(at + 1));
  if (!/^[^\s\p{C}@"(),:;<>[\]\\]{1,64}$/u.test(local) || domain === undefined) return undefined;
  const read = `${local}@${domain}`;
  return read.length > longest ? undefined : read;
}

/** Without quotes that only dots make necessary. */
function unquoted(local: string): string {
  const quoted = /^"(?<dotted>[^"]*)"$/.exec(local)?.groups?.dotted;
  return quoted !== undefined && /^\.|\.\.|\.$/.test(quoted) ? quoted : local;
}

/** In ASCII (UTS 46, nontransitional): the Unicode form of a domain and its Punycode are one. IP addresses and URLs are no domains. */
function readDomain(text: string): string | undefined {
  // The function reads the host of a URL: it cuts off a path, decodes percent signs and skips tabs and line breaks.
  if (/[/?#\\%:\s]/u.test(text)) return undefined;
  const domain = domainToASCII(text);
  const isDomain =
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(domain);
  return isDomain && !isIPv4(domain) && domain.split('.').every(isLabel) ? domain : undefined;
}

/** Punycode that stands for nothing: Node.js 20 refuses it, later releases let it pass as it is. */
const isLabel = (label: string): boolean =>
  !label.startsWith('xn--') || !domainToUnicode(label).startsWith('xn--');
