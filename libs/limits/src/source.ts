import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Keyring } from '@rekey/kernel';
import ipaddr from 'ipaddr.js';
import type { Budget } from './budgets.js';
import { counterKey } from './consume.js';
import type { LimitCharge } from './rate-limit-store.js';

/**
 * Reads the IP address that a proxy forwarded, without the port that some append (`203.0.113.7:4711`, `[2001:db8::1]:443`; `_hidden` in
 * place of a number, RFC 7239 §6.2), the brackets and the zone (RFC 4007 §11).
 *
 * @returns undefined for what is no IP address: a name, `unknown`, or IPv4 in octal, hexadecimal or with leading zeros
 */
export function readIp(text: string): string | undefined {
  const [, inside, beforePort] =
    /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::(?:\d{0,5}|_[\w.-]+))?$/.exec(text) ?? [];
  const address = (inside ?? beforePort ?? text).split('%')[0] ?? '';
  const isRead = inside === undefined ? isIP(address) !== 0 : isIPv6(address);
  return isRead ? address : undefined;
}

/**
 * Returns an IP address, in one spelling each: IPv6 as in RFC 5952, and an IPv4 address embedded in IPv6 as IPv4, whether mapped
 * (`::ffff:0:0/96`, RFC 4291 §2.5.5.2), through a NAT64 (`64:ff9b::/96`, RFC 6052 §2.1) or through 6to4 (`2002::/16`, RFC 3056 §2). The forms
 * of {@link readIp} are read; other text is returned unchanged.
 */
export function plainIp(text: string): string {
  const address = readIp(text);
  if (address === undefined) return text;
  return isIPv6(address) ? (ipv4Inside(address) ?? parsed(address).toRFC5952String()) : address;
}

/** The networks that embed an IPv4 address, and the byte where it begins. */
const embedding = (
  [
    ['::ffff:0:0/96', 12],
    ['64:ff9b::/96', 12],
    ['2002::/16', 2],
  ] as const
).map(([network, at]) => ({ network: ipaddr.IPv6.parseCIDR(network), at }));

/** `ipaddr.js` takes the deprecated `::203.0.113.7` (RFC 4291 §2.5.5.1) for a mapped address, unless all groups are written. */
const parsed = (address: string): ipaddr.IPv6 =>
  ipaddr.IPv6.parse(address.replace(/^::(?=\d+\.)/, '0:0:0:0:0:0:'));

function ipv4Inside(address: string): string | undefined {
  const ip = parsed(address);
  const found = embedding.find(({ network }) => ip.match(network));
  return found && new ipaddr.IPv4(ip.toByteArray().slice(found.at, found.at + 4)).toString();
}

/**
 * Returns the part of an IP address that one party holds: a whole IPv4 address, or the /64 of an IPv6 address (a household or a server gets
 * at least that many).
 */
export function sourceOf(ip: string): string {
  const address = plainIp(ip);
  return isIPv6(address) ? networkOf(address, 64) : address;
}

/** Returns the networks of an IP address, narrowest first: from what one party may hold to what one may rent by the hour. */
export function networksOf(ip: string): { network: string; bits: 24 | 64 | 56 | 48 }[] {
  const address = plainIp(ip);
  if (isIPv6(address))
    return ([64, 56, 48] as const).map((bits) => ({ network: networkOf(address, bits), bits }));
  const network = isIPv4(address) ? `${address.split('.').slice(0, 3).join('.')}.0/24` : address;
  return [{ network, bits: 24 }];
}

/**
 * Returns the pseudonym of the source of a request, for the audit: the same for the same source as the limits tell sources apart, and to be
 * computed with the keyring only. The id of the key comes first, since a source has another pseudonym under another key.
 *
 * @returns `<key id>.<128 bits in base64url>`
 */
export const sourcePseudonym = (keyring: Keyring, ip: string): string =>
  `${keyring.newestKeyId}.${keyring.mac('audit/source', sourceOf(ip)).toString('base64url', 0, 16)}`;

/**
 * Returns what one IP consumes of a budget of sources, narrowest first: its own, and for the wider networks of an IPv6 address two and four
 * times that quota, since the holder of a /48 has 65,536 networks of /64.
 *
 * @param prefix tells parties apart that share a budget
 */
export function limitsOfSource(keyring: Keyring, budget: Budget, ip: string, prefix = ''): LimitCharge[] {
  const address = plainIp(ip);
  const parties = isIPv6(address) ? networksOf(address).map(({ network }) => network) : [address];
  return parties.map((party, at) => {
    const wider = { ...budget, quota: budget.quota * 2 ** at };
    return { key: counterKey(keyring, wider, `${prefix}${party}`), budget: wider };
  });
}

/** Returns the widest network of an IP address: the most that one party may hold. */
export const widestNetworkOf = (ip: string): string => networksOf(ip).at(-1)?.network ?? ip;

function networkOf(address: string, bits: 64 | 56 | 48): string {
  const { parts } = ipaddr.IPv6.networkAddressFromCIDR(`${parsed(address)}/${bits}`);
  // Not as RFC 5952 writes it: the keys of the counters in the database are made of this text.
  const groups = parts.slice(0, 4).map((group) => group.toString(16));
  return `${groups.join(':')}::/${bits}`;
}
