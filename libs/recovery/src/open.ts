import { lookupDigests, normaliseIdentifier } from '@rekey/accounts';
import { auditInsert } from '@rekey/audit';
import { statement } from '@rekey/database';
import { isRefused, type LimitView, type Locale, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, chargeRows, chargeSend, counterKey, limitView, sourceOf } from '@rekey/limits';
import { type CodeChannel, codeShape } from '@rekey/proofs';
import { cause } from '@rekey/watch';
import { recoveryToken } from './bearer.js';
import type { RecoveryContext } from './context.js';
import { keepAnswer, once, repeatable } from './kept-answer.js';
import { lifetimes } from './lifetimes.js';
import { type RecoveryView, viewOf } from './view.js';

export interface OpenInput {
  /** A mail address, a phone number or a user name, as typed. */
  identifier: string;
  /** ISO 3166-1 alpha-2, for a phone number in national form. */
  country?: string | undefined;
  /** Where the code should go, if the account has such an address. */
  channel?: CodeChannel | undefined;
  /** Of the messages with codes, where the start asks for one; the account's own when left out. */
  locale?: Locale | undefined;
  /** `default` when left out; the caller has checked that it exists. */
  clientId?: string | undefined;
  /** It showed its secret. A confidential client that did not gets no tokens in the end, only a code by its redirect. */
  isClientAuthenticated?: boolean;
  /** From an app's authorization request; the caller has checked it against the client. */
  redirect?: { redirectUri: string; state?: string | undefined; codeChallenge: string } | undefined;
  /** IP address of the caller. */
  source: string;
  idempotencyKey?: string | undefined;
}

export type OpenedRecovery = RecoveryView & { token: string };

/** Of an Idempotency-Key that nobody else comes upon: 128 bits in base64url. A UUID has 36. */
const secretKeyLength = 22;

const { starts, sends, sendsADay } = budgets;

const open = statement(
  'recovery_open',
  `with charged as (
     ${chargeRows('select :sourceKey::bytea as key, :sourceWindow::integer as window_ms where :sourceSpent::integer is null')}
   ), source as (
     select spent, resets_at from charged
     union all select :sourceSpent::integer, :sourceResetsAt::timestamptz where :sourceSpent::integer is not null
   ), welcome as (
     select 1 from source where spent <= :sourceQuota::integer
   ), ${chargeSend('select :sendKeys::bytea[] as keys from welcome')}, opened as (
     insert into recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_sealed, identifier_digests,
       send_budgets, guess_key, locale, channel, client_id, client_authenticated, redirect_uri, redirect_state, code_challenge, resend_at)
     select :id, 'proving', :now, :idleExpiresAt, :expiresAt, :identifierSealed, :identifierDigests,
       :sendKeys, :guessKey::bytea, :locale, :channel, :clientId, :clientAuthenticated, :redirectUri, :redirectState, :codeChallenge, :resendAt
     from welcome
     returning id
   ), message as (
     insert into messages (id, recovery_id, kind, state, reason, created_at, expires_at, due_at, counter, request_id, traceparent)
     select :messageId, opened.id, 'recovery_code',
       case when verdict.may_send then 'queued' else 'dropped' end,
       case when verdict.may_send then null else 'limited' end,
       :now, :codeExpiresAt, :dueAt, 1, :requestId::uuid, :traceparent
     from opened, verdict
   ), noted as (
     ${auditInsert}
     select :auditId::uuid, :now::timestamptz, 'recovery_started', 'person', null, opened.id,
       jsonb_build_object('client_id', :clientId::text, 'may_send', verdict.may_send)
     from opened, verdict
   )
   select source.spent, source.resets_at, exists (select from opened) as opened, (select may_send from verdict) as may_send from source`,
);

interface OpenedRow {
  spent: number;
  resets_at: Date;
  opened: boolean;
  may_send: boolean;
}

/**
 * Begins a recovery: its row, the message, the audit event and the job in one transaction, the same for every identifier.
 * No account is looked up here; whether there is one, nobody can learn from this answer or from its time.
 *
 * A repeat gets the same answer, its token too, when it shows a secret of whoever began: the client's, or an Idempotency-Key that is too
 * long to be guessed. All who are behind one address share their shorter keys (draft-ietf-httpapi-idempotency-key-header, security considerations).
 *
 * Refusals: `invalid_request` (not an identifier), `rate_limited` (the source), `idempotency_key_reused`, `conflict` (a repeat without a
 * secret).
 */
export async function openRecovery(
  context: RecoveryContext,
  input: OpenInput,
): Promise<OpenedRecovery | Refusal> {
  const { database, keyring, clock } = context;
  const identifier = normaliseIdentifier(input.identifier, { country: input.country });
  if (isRefused(identifier)) return identifier;
  const now = clock.now();
  const { idempotencyKey, source, isClientAuthenticated = false, ...request } = input;
  // Who shares an address with a client, and guesses its key, does not share its answers.
  const scope = [source, ...(isClientAuthenticated ? [`client ${input.clientId}`] : [])].join('\0');
  const repeat = idempotencyKey ? repeatable(keyring, idempotencyKey, `open\0${scope}`, request) : undefined;
  const hasSecret = isClientAuthenticated || (idempotencyKey?.length ?? 0) >= secretKeyLength;
  const withToken = (view: RecoveryView): OpenedRecovery => ({
    ...view,
    token: recoveryToken(keyring, view.id),
  });

  const party = `${identifier.kind}:${identifier.lookup}`;
  const sourceKey = counterKey(keyring, starts, sourceOf(source));
  const sendKeys = [sends, sendsADay].map((budget) => counterKey(keyring, budget, party));
  const work = async () => {
    const [counted] =
      (await context.flood?.spend(new Date(now), [{ key: sourceKey, budget: starts }], database.place)) ?? [];
    const opened = await database.transaction(async (tx): Promise<OpenedRecovery | LimitView> => {
      const id = uuidv7(now);
      const messageId = uuidv7(now);
      const at = (ms: number) => new Date(now + ms);
      const [row] = await tx.query<OpenedRow>(open, {
        ...cause(tx.place),
        id,
        messageId,
        auditId: uuidv7(now),
        now: at(0),
        idleExpiresAt: at(lifetimes.idle),
        expiresAt: at(lifetimes.recovery),
        resendAt: at(lifetimes.resend),
        codeExpiresAt: at(codeShape.lifetimeMs),
        dueAt: at(lifetimes.messageDue),
        identifierSealed: keyring.seal(identifier.value, { column: 'recoveries.identifier_sealed', id }),
        identifierDigests: lookupDigests(keyring, identifier),
        sourceKey,
        sourceSpent: counted?.spent ?? null,
        sourceResetsAt: counted?.resets_at ?? null,
        sourceWindow: starts.windowMs,
        sourceQuota: starts.quota,
        sendKeys,
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
      const limit = limitView(starts, row.spent, row.resets_at, at(0));
      if (!row.opened) {
        tx.note('limits_hit', { policy: starts.policy });
        return limit;
      }
      tx.note('recoveries_started', { client: input.clientId ?? 'default' });
      if (!row.may_send) tx.note('limits_hit', { policy: sends.policy });
      await context.enqueue(tx, messageId);
      const view = viewOf(context, id, {
        state: 'proving',
        expires_at: at(lifetimes.recovery),
        idle_expires_at: at(lifetimes.idle),
        resend_at: at(lifetimes.resend),
        held_until: null,
        proofs: [],
      });
      if (repeat) await keepAnswer(tx, now, repeat, { recoveryId: id, answer: view });
      return withToken(view);
    });
    if ('token' in opened) return opened;
    // Out here, where what was charged has committed.
    return refuse('rate_limited', { retry_after: opened.reset, limit: opened });
  };
  return once<RecoveryView, OpenedRecovery | Refusal>(database, now, repeat, work, ({ answer }) =>
    hasSecret ? withToken(answer) : refuse('conflict', {}, 'a repeated start without a secret'),
  );
}
