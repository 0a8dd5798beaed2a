import { isKnownNetwork, knownBrowserOf, recentChangesOf } from '@rekey/accounts';
import { type SqlText, sql } from '@rekey/database';
import { z } from 'zod';

const hours = z.number().int().min(0).nullable();

/** See {@link HoldFacts}. What an older release recorded, or a newer one, is not read as this. */
export const holdFacts = z.object({
  new_browser: z.boolean(),
  new_network: z.boolean(),
  address_changed_hours: hours,
  authenticator_changed_hours: hours,
  stopped_before_hours: hours,
  attempts: z.number().int().min(0),
  started_by_staff: z.boolean(),
  single_address: z.boolean(),
  roles: z.array(z.string()),
});

/**
 * What a policy may hold a recovery for, at the time when its proofs were judged enough. It is recorded in the audit event of that
 * judgement, so it has no personal data. Hours are full hours, null for what never happened.
 *
 * - `new_browser`: the browser or app that started it is not known for the account
 * - `new_network`: the network that started it is not known for the account
 * - `started_by_staff`: by an assist
 * - `attempts`: values that were offered and not accepted, in this and in other recoveries of the account that started within 24 hours
 * - the rest as in `recentChangesOf` of the accounts
 */
export type HoldFacts = z.output<typeof holdFacts>;

/**
 * The {@link HoldFacts} of the row of `recoveries`, as an expression. Needs `:now`, and `:gathersFacts`: null unless that is true.
 *
 * @param of.account an expression of the id of its account
 * @param of.accepted an expression: how many of the attempts of the recovery were right
 */
export const holdFactsOf = (of: { account: SqlText; accepted: SqlText }): SqlText => sql`(
  case when :gathersFacts::boolean then jsonb_build_object(
    'new_browser', ${knownBrowserOf(of.account, sql`recoveries.known_as`)} is null,
    'new_network', not ${isKnownNetwork(of.account, sql`recoveries.source_key`)},
    'attempts', greatest(0, recoveries.tries - ${of.accepted}) + (
      select coalesce(sum(greatest(0, other.tries - cardinality(other.proofs))), 0)::integer from recoveries other
      where other.account_id = ${of.account} and other.id <> recoveries.id and other.created_at > :now::timestamptz - interval '24 hours'),
    'started_by_staff', recoveries.assist_id is not null,
    ${recentChangesOf(of.account)}
  ) end)`;
