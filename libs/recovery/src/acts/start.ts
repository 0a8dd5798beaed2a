import { lookupDigests, normaliseIdentifier, readKnownBrowsers } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { literal, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import {
  type Channel,
  isRefused,
  type LimitView,
  type Locale,
  type Refusal,
  refuse,
  uuidv7,
} from '@rekey/kernel';
import {
  auditExceeded,
  budgets,
  type Consumed,
  consumeRows,
  type LimitCharge,
  limitsOfSource,
  limitView,
  type RateLimitStore,
  widestNetworkOf,
} from '@rekey/limits';
import { messageLifetimes, queueCode } from '@rekey/outbox';
import { codeShape } from '@rekey/proofs';
import { correlationOf } from '@rekey/telemetry';
import type { RecoveryContext } from '../context.js';
import { idempotentRequest, runOnce, saveIdempotentResponse } from '../idempotency.js';
import { lifetimes } from '../lifetimes.js';
import { matchNumber } from '../tokens/match-number.js';
import { recoveryToken } from '../tokens/recovery-token.js';
import { type RecoveryView, viewOf } from '../view.js';

export interface StartInput {
  /** A mail address, a phone number or a user name, as typed. */
  identifier: string;
  /** ISO 3166-1 alpha-2, for a phone number in national form. */
  country?: string | undefined;
  /** Preferred channel of the code, if the account has such an address. */
  channel?: Channel | undefined;
  /** Locale of the messages with codes, if the start asks for one; otherwise the account's own. */
  locale?: Locale | undefined;
  /** `default` when omitted; the caller has checked that it exists. */
  clientId?: string | undefined;
  /** The client has authenticated. A confidential client that has not gets no tokens at the end, only a code by its redirect. */
  isClientAuthenticated?: boolean;
  /** From an app's authorization request; the caller has checked it against the client. */
  redirect?: { redirectUri: string; state?: string | undefined; codeChallenge: string } | undefined;
  /** IP address of the caller. */
  source: string;
  /** Tokens of known browsers from earlier sign-ins and recoveries, of any account: a known browser may have its own budget. */
  deviceTokens?: readonly string[];
  idempotencyKey?: string | undefined;
}

export type StartedRecovery = RecoveryView & { token: string };

/** The length of an Idempotency-Key that cannot be guessed: 128 bits in base64url. A UUID has 36 characters. */
const secretKeyLength = 22;

const { starts } = budgets;

/** Narrowest first: a caller over the budget of a /64 consumes nothing of its /48's. */
const chargeSource = (place: number, within?: SqlText): SqlText =>
  consumeRows(sql`select key, :sourceWindow::integer as window_ms from budget where place = ${place} and spent is null
       ${within === undefined ? sql`` : sql`and exists (select from ${within} join budget its using (key) where ${within}.spent <= its.quota)`}`);

const open = statement(
  'recovery_start',
  sql`with budget as (
     select * from unnest(:sourceKeys::bytea[], :sourceQuotas::integer[], :sourceSpent::integer[], :sourceResetsAt::timestamptz[])
       with ordinality as budget (key, quota, spent, resets_at, place)
   ), narrow as (
     ${chargeSource(1)}
   ), middle as (
     ${chargeSource(2, sql`narrow`)}
   ), wide as (
     ${chargeSource(3, sql`middle`)}
   ), charged as (
     select * from narrow union all select * from middle union all select * from wide
   ), source as (
     select quota, coalesce(charged.spent, budget.spent) as spent, coalesce(charged.resets_at, budget.resets_at) as resets_at
     from budget left join charged using (key) where charged.key is not null or budget.spent is not null
   ), welcome as (
     select 1 where not exists (select from source where spent > quota)
   ), opened as (
     insert into recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_sealed, identifier_digests,
       source_key, known_as, guess_key, locale, channel, client_id, client_authenticated, redirect_uri, redirect_state, code_challenge, resend_at)
     select :id, 'proving', :now, :idleExpiresAt, :expiresAt, :identifierSealed, :identifierDigests,
       :networkKey::bytea, :knownAs::jsonb, :guessKey::bytea, :locale, :channel, :clientId, :clientAuthenticated, :redirectUri, :redirectState, :codeChallenge, :resendAt
     from welcome
     returning id
   ), message as (
     ${queueCode(sql`opened`, { counter: sql`1`, address: sql`null::uuid` })}
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'recovery_started', 'person', null, opened.id,
       jsonb_build_object('client_id', :clientId::text)
     from opened
   ), exceeded as (
     ${auditExceeded(sql`select :auditId::uuid as audit_id, ${literal(starts.policy)} as policy, quota, spent from source`)}
   )
   -- Report the budget with the least left.
   select quota, spent, resets_at, exists (select from opened) as opened from source order by quota - spent, quota limit 1`,
);

interface StartedRow {
  quota: number;
  spent: number;
  resets_at: Date;
  opened: boolean;
}

/**
 * Starts a recovery: its row, the message, the audit event and the job in one transaction, the same for every identifier. No account is
 * looked up here, so neither the response nor its time reveals whether there is one.
 *
 * A repeat gets the same response, token included, when it shows a secret of the first caller: the client's secret, or an Idempotency-Key
 * that is too long to be guessed. Shorter keys are shared by all callers behind one IP (draft-ietf-httpapi-idempotency-key-header, security
 * considerations).
 *
 * Refusals: `invalid_request` (not an identifier), `country_required` (a national phone number without its country), `rate_limited` (the
 * source), `idempotency_key_reused`, `conflict` (a repeat without a secret).
 */
export async function startRecovery(
  context: RecoveryContext,
  input: StartInput,
): Promise<StartedRecovery | Refusal> {
  const { database, keyring, clock } = context;
  const identifier = normaliseIdentifier(input.identifier, { country: input.country });
  if (isRefused(identifier)) return identifier;
  const now = clock.now();
  const { idempotencyKey, source, deviceTokens = [], isClientAuthenticated = false, ...request } = input;
  // A caller who shares an IP with a client and guesses its key does not get its responses.
  const scope = [source, ...(isClientAuthenticated ? [`client ${input.clientId}`] : [])].join('\0');
  const repeat = idempotencyKey
    ? idempotentRequest(keyring, idempotencyKey, `open\0${scope}`, request)
    : undefined;
  const hasSecret = isClientAuthenticated || (idempotencyKey?.length ?? 0) >= secretKeyLength;
  const withToken = (view: RecoveryView): StartedRecovery => ({
    ...view,
    match_number: matchNumber(keyring, view.id),
    token: recoveryToken(keyring, view.id),
  });

  const party = `${identifier.kind}:${identifier.lookup}`;
  const charges = limitsOfSource(keyring, starts, source);
  // The courier finds out whose they are: no account is looked up here.
  const shown = readKnownBrowsers(keyring, deviceTokens, now);
  const work = async () => {
    const counted =
      context.rateLimits &&
      (await spendElsewhere(context.rateLimits, new Date(now), charges, database.trace));
    const charged = counted ? charges.slice(0, counted.length) : charges;
    const opened = await database.transaction(async (tx): Promise<StartedRecovery | LimitView> => {
      const id = uuidv7(now);
      const messageId = uuidv7(now);
      const at = (ms: number) => new Date(now + ms);
      const [row] = await tx.query<StartedRow>(open, {
        ...correlationOf(tx.trace),
        id,
        messageId,
        auditId: uuidv7(now),
        now: at(0),
        idleExpiresAt: at(lifetimes.idle),
        expiresAt: at(lifetimes.recovery),
        resendAt: at(lifetimes.resend),
        codeExpiresAt: at(codeShape.lifetimeMs),
        dueAt: at(messageLifetimes.due),
        identifierSealed: keyring.seal(identifier.value, { column: 'recoveries.identifier_sealed', id }),
        identifierDigests: lookupDigests(keyring, identifier),
        sourceKeys: charged.map(({ key }) => key),
        sourceQuotas: charged.map(({ budget }) => budget.quota),
        sourceSpent: charged.map((_, at) => counted?.[at]?.spent ?? null),
        sourceResetsAt: charged.map((_, at) => counted?.[at]?.resets_at ?? null),
        sourceWindow: starts.windowMs,
        networkKey: keyring.mac('network', widestNetworkOf(source)),
        knownAs: shown.length > 0 ? JSON.stringify(shown) : null,
        guessKey: keyring.mac('odds/identifier', party),
        locale: input.locale ?? null,
        channel: input.channel ?? null,
        clientId: input.clientId ?? 'default',
        clientAuthenticated: isClientAuthenticated,
        redirectUri: input.redirect?.redirectUri ?? null,
        redirectState: input.redirect?.state ?? null,
        codeChallenge: input.redirect?.codeChallenge ?? null,
      });
      if (!row) throw new Error('a start was neither counted nor opened');
      const limit = limitView({ ...starts, quota: row.quota }, row.spent, row.resets_at, at(0));
      if (!row.opened) {
        tx.record('rate_limit_exceeded', { policy: starts.policy });
        return limit;
      }
      tx.record('recoveries_started', { client: input.clientId ?? 'default' });
      await context.enqueue(tx, messageId);
      const view = viewOf(context, id, {
        state: 'proving',
        expires_at: at(lifetimes.recovery),
        idle_expires_at: at(lifetimes.idle),
        resend_at: at(lifetimes.resend),
        held_until: null,
        proofs: [],
      });
      const { match_number: _derived, ...answer } = view;
      if (repeat) await saveIdempotentResponse(tx, now, repeat, { recoveryId: id, answer });
      return withToken(view);
    });
    if ('token' in opened) return opened;
    // Outside of the transaction, so that the charges have committed.
    return refuse('rate_limited', { retry_after: opened.reset, limit: opened });
  };
  return runOnce<RecoveryView, StartedRecovery | Refusal>(database, now, repeat, work, ({ answer }) =>
    hasSecret ? withToken(answer) : refuse('conflict', {}, 'a repeated start without a secret'),
  );
}

/**
 * @returns the charged limits, of which the last may be exceeded; undefined when the store is unavailable, and the statement charges
 * instead
 */
async function spendElsewhere(
  rateLimits: RateLimitStore,
  now: Date,
  charges: readonly LimitCharge[],
  trace: Queryable['trace'],
): Promise<Consumed[] | undefined> {
  const all: Consumed[] = [];
  for (const charge of charges) {
    const [counted] = (await rateLimits.consume(now, [charge], trace)) ?? [];
    if (!counted) return undefined;
    all.push(counted);
    if (counted.spent > charge.budget.quota) break;
  }
  return all;
}
