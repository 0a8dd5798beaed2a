import { randomBytes } from 'node:crypto';
import { sql, statement } from '@rekey/database';
import { Keyring, MovableClock } from '@rekey/kernel';
import fc from 'fast-check';
import { useDatabase } from '../../../test/flows/use-database.js';
import {
  budgets,
  consume,
  consumeInTurn,
  counterKey,
  limitsOfSource,
  openRateLimitStore,
  plainIp,
  pruneCounters,
  sourceOf,
} from './index.js';
import { networksOf } from './source.js';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::ffff', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  // The forms in which some proxies forward them.
  ['203.0.113.7:4711', '203.0.113.7'],
  ['[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
  ['[::ffff:203.0.113.7]:4711', '203.0.113.7'],
  // One client, in the spellings of RFC 4291 and RFC 5952, mapped and through a NAT64.
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['::FFFF:CB00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
  ['0000:0000:0000:0000:0000:ffff:203.0.113.7', '203.0.113.7'],
  ['[::ffff:cb00:7107]:4711', '203.0.113.7'],
  ['64:ff9b::cb00:7107', '203.0.113.7'],
  ['0064:FF9B::203.0.113.7', '203.0.113.7'],
  ['64:ff9b:0:0:0:0:cb00:7107', '203.0.113.7'],
  // Through 6to4 (RFC 3056): the holder of the IPv4 address has all of its /48.
  ['2002:cb00:7107::1', '203.0.113.7'],
  ['[2002:CB00:7107:ffff:1:2:3:4]:80', '203.0.113.7'],
  // Similar addresses that are not IPv4 addresses.
  ['2003:cb00:7107::1', '2003:cb00:7107:0::/64'],
  ['64:ff9b:1::cb00:7107', '64:ff9b:1:0::/64'],
  ['::ffff:0:cb00:7107', '0:0:0:0::/64'],
  ['::1:2:3:4:203.0.113.7', '0:0:1:2::/64'],
  ['::203.0.113.7', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
])('the source of %s is %s', (ip, source) => {
  expect(sourceOf(ip)).toBe(source);
});

test.each([
  ['203.0.113.7', ['203.0.113.0/24']],
  ['203.0.113.250:80', ['203.0.113.0/24']],
  ['2001:db8:aaaa:bbcc::1', ['2001:db8:aaaa:bbcc::/64', '2001:db8:aaaa:bb00::/56', '2001:db8:aaaa:0::/48']],
])('%s is in %j', (ip, networks) => {
  expect(networksOf(ip).map(({ network }) => network)).toEqual(networks);
});

/** Eight groups, in one of the spellings of RFC 4291 §2.2: zeros left out, leading zeros, capitals, an IPv4 tail. */
const spelled = fc
  .record({
    groups: fc.array(fc.oneof(fc.constantFrom(0, 0x2002), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }),
    zeros: fc.record({ from: fc.nat(7), to: fc.nat(8) }),
    width: fc.constantFrom(1, 4),
    capitals: fc.boolean(),
    isTailIpv4: fc.boolean(),
    around: fc.constantFrom('*', '[*]', '[*]:443', '*%eth0'),
  })
  .map(({ groups, zeros: { from, to }, width, capitals, isTailIpv4, around }) => {
    const shown = groups.map((group, at) => (from < to && at >= from && at < to ? 0 : group));
    const hex = shown.map((group) => group.toString(16).padStart(width, '0'));
    const tail = shown.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
    const end = isTailIpv4 && (from >= to || to <= 6) ? [tail.join('.')] : hex.slice(6);
    const all = [...hex.slice(0, 6), ...end];
    const short = [all.slice(0, from).join(':'), all.slice(to).join(':')].join('::');
    const text = from < to ? short : all.join(':');
    return { text: around.replace('*', capitals ? text.toUpperCase() : text), groups: shown };
  });

test('an IPv6 address is in the same networks in every spelling', () => {
  fc.assert(
    fc.property(spelled, ({ text, groups }) => {
      const bytes = groups.flatMap((group) => [group >> 8, group & 0xff]);
      const first = bytes.slice(0, 12).join();
      const isTail = ['0,0,0,0,0,0,0,0,0,0,255,255', '0,100,255,155,0,0,0,0,0,0,0,0'].includes(first);
      const ipv4 = isTail ? bytes.slice(12) : groups[0] === 0x2002 ? bytes.slice(2, 6) : undefined;
      const network = (bits: number) => {
        const masked = bytes.slice(0, 8).map((byte, at) => (at * 8 < bits ? byte : 0));
        const kept = [0, 2, 4, 6].map((at) => ((masked[at] ?? 0) * 256 + (masked[at + 1] ?? 0)).toString(16));
        return `${kept.join(':')}::/${bits}`;
      };
      const expected = ipv4 ? [`${ipv4.slice(0, 3).join('.')}.0/24`] : [64, 56, 48].map(network);
      expect(networksOf(text).map((each) => each.network)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test.each(['unknown', '_hidden', '203.0.113.7:port', '[2001:db8::1', '999.0.0.1:80'])(
  '%s is not an IP and stays unchanged',
  (text) => {
    expect(plainIp(text)).toBe(text);
  },
);

describe('consuming a budget', () => {
  const keyring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
  const clock = new MovableClock();
  const now = () => new Date(clock.now());
  const database = useDatabase();
  const charge = (party: string, names: (keyof typeof budgets)[] = ['codes', 'smsADay']) =>
    names.map((name) => ({ budget: budgets[name], key: counterKey(keyring, budgets[name], party) }));

  const events = statement(
    'spec_exceeded',
    sql`select detail->>'policy' as policy, count(*)::integer as n from audit_events
     where event = 'excess_rate_limit_exceeded' group by 1`,
  );
  /** How often each limit was audited, since then. */
  const exceeded = async (before: Record<string, number> = {}): Promise<Record<string, number>> => {
    const rows = await database.query<{ policy: string; n: number }>(events);
    return Object.fromEntries(
      rows.map(({ policy, n }) => [policy, n - (before[policy] ?? 0)] as const).filter(([, n]) => n > 0),
    );
  };

  test('of 200 requests at once exactly the quota is within the limit, and the excess is audited once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => consume(database, now(), charge('mei@example.com', ['smsADay']))),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(budgets.smsADay.quota);
    expect(await exceeded()).toEqual({ 'codes-per-day': 1 });
  });

  test('a Redis that does not respond skips no limit: the database counts every charge', async () => {
    const faults: unknown[] = [];
    const away = openRateLimitStore('redis://127.0.0.1:1', (fault) => faults.push(fault));
    const outcomes: boolean[] = [];
    for (let n = 0; n < 8; n++)
      outcomes.push(await consume(database, now(), charge('away', ['codes']), away));
    await away?.close();
    const { quota } = budgets.codes;
    expect(outcomes).toEqual([...Array(quota).fill(true), ...Array(8 - quota).fill(false)]);
    expect(faults).toHaveLength(8);
  });

  test('the short window is renewed while the long one still limits, and each party has its own', async () => {
    const before = await exceeded();
    const within = async (party: string) => consume(database, now(), charge(party));
    const outcomes: boolean[] = [];
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 6; n++) outcomes.push(await within('a'));
      clock.advance(budgets.codes.windowMs);
    }
    // 5 of 6, 5 of 6, and then the 12 of the day are used up.
    expect(outcomes.map(Number).join('')).toBe('111110111110000000');
    expect(await exceeded(before)).toEqual({ codes: 3, 'codes-per-day': 1 });
    expect(await within('b')).toBe(true);
    clock.advance(budgets.smsADay.windowMs);
    expect(await within('a')).toBe(true);
  });

  test('a /56 has twice and a /48 four times the quota of a /64, and no more', async () => {
    const within = (ip: string) =>
      consumeInTurn(database, now(), limitsOfSource(keyring, budgets.starts, ip));
    const allowed = async (n: number, of: (at: number) => string) => {
      let count = 0;
      for (let at = 0; at < n; at++) if (await within(of(at))) count++;
      return count;
    };
    expect(await allowed(40, () => '2001:db8:a:100::1')).toBe(30);
    expect(await allowed(40, (at) => `2001:db8:a:1${10 + at}::1`)).toBe(60 - 30);
    expect(await allowed(90, (at) => `2001:db8:a:${(2 + at).toString(16)}00::1`)).toBe(120 - 60);
    expect(await allowed(40, () => '203.0.113.7')).toBe(30);
    expect(await allowed(40, () => '203.0.113.8')).toBe(30);
  });

  test('expired windows are pruned, and no party stays in the table', async () => {
    clock.advance(budgets.smsADay.windowMs * 2);
    await pruneCounters(database, now());
    const rows = await database.query(statement('spec_all', sql`select * from limit_counters`));
    expect(rows).toEqual([]);
  });
});
