import { pruneOldest, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { type KnownBrowser, knownBrowserLifetime } from './known-browser.js';

/*
 * The networks in which an account has signed in or was recovered: an IPv4 /24 or an IPv6 /48, as `keyring.mac('network', …)`. A row has a
 * digest of that and the account, so that rows do not reveal that two accounts share a network. A network is known for as long as the known
 * browsers of its epoch are: what ends these ends it, too. After a rotation of the keyring, networks are known again once they are seen.
 */

/** @param of expressions: the keyed digest of the network, and the id of the account */
const digestOf = (of: { network: SqlText; account: SqlText }): SqlText =>
  sql`sha256(${of.network} || convert_to(${of.account}, 'UTF8'))`;

/**
 * Records that an account was in a network, as a data-modifying clause. Needs `:now`.
 *
 * @param from a CTE with `account_id` and `epoch`, the epoch of its known browsers
 * @param network an expression of `bytea`; nothing is recorded for null
 */
export const recordNetwork = (from: SqlText, network: SqlText): SqlText => sql`
  insert into known_networks as known (account_id, network, epoch, seen_at)
  select ${from}.account_id, ${digestOf({ network, account: sql`${from}.account_id` })}, ${from}.epoch, :now::timestamptz
  from ${from} where ${network} is not null
  on conflict (account_id, network) do update set epoch = excluded.epoch, seen_at = excluded.seen_at
  -- Once a day is enough, and most sign-ins write nothing.
  where known.epoch <> excluded.epoch or known.seen_at < excluded.seen_at - interval '1 day'`;

/** Whether a network is known for an account, as a condition on expressions; not true for null. */
export const isKnownNetwork = (account: SqlText, network: SqlText): SqlText => sql`exists (
  select from known_networks n join accounts a on a.id = n.account_id and a.known_browsers_epoch = n.epoch
  where n.account_id = ${account} and n.network = ${digestOf({ network, account })})`;

const renew = statement(
  'account_renew_known_browsers',
  sql`with renewed as (
     update accounts set known_browsers_epoch = known_browsers_epoch + 1 where id = :account
     returning id as account_id, generation, known_browsers_epoch as epoch
   ), network as (
     ${recordNetwork(sql`renewed`, sql`:network::bytea`)}
   )
   select generation, epoch from renewed`,
);

/**
 * Turns all known browsers, apps and networks of the account into strangers, but for this network. A new browser that commits with this is
 * the only one.
 *
 * @param of.network its keyed digest; null when it is not known
 * @returns the values for a new browser; undefined without such an account
 */
export async function renewKnownBrowsers(
  database: Queryable,
  of: { account: string; network: Buffer | null; now: Date },
): Promise<Pick<KnownBrowser, 'generation' | 'epoch'> | undefined> {
  const [row] = await database.query<Pick<KnownBrowser, 'generation' | 'epoch'>>(renew, of);
  return row;
}

const prune = statement('known_networks_prune', pruneOldest('known_networks', 'seen_at', sql`:before`));

/** Prunes networks that were not seen for as long as a browser is known. */
export const pruneNetworks = (database: Queryable, now: number): Promise<object[]> =>
  database.query(prune, { before: new Date(now - knownBrowserLifetime) });
