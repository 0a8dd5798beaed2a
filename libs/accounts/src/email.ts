import { isIPv4 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 5321 §4.5.3.1.3: a path has 256 octets at most, with its angle brackets. */
const longest = 254;

/**
 * Reads a mail address; `mailto:` (RFC 6068) around it does not count. The local part stays as typed, because only its mail server knows
 * what case, dots and plus signs mean. The domain becomes lower-case ASCII (UTS 46).
 *
 * Dots in a row, or at either end of the local part, break the grammar (RFC 5321 §4.1.2) and exist: Japanese carriers gave out such
 * addresses. They are sent in quotes, so the quoted form of one is the same address.
 *
 * @param text NFC
 * @returns undefined for anything else: a name with an address in angle brackets, a URL, an address of an IP
 */
export function readEmail(text: string): string | undefined {
  const link = /^mailto:(?<address>[^%?]*)$/is.exec(text);
  const address = link?.groups?.address ?? text;
  const at = address.lastIndexOf('@');
  const local = unquoted(address.slice(0, at));
  const domain = readDomain(address.slice(at + 1));
  if (!/^[^\s@"(),:;<>[\]\\]{1,64}$/u.test(local) || domain === undefined) return undefined;
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
