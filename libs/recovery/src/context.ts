import type { Database, Transaction } from '@rekey/database';
import type { Clock, Keyring, Refusal } from '@rekey/kernel';
import type { FailuresByNetwork, OddsPolicy, RateLimitStore } from '@rekey/limits';
import type { ConsolePlace } from '@rekey/staff';
import type { TraceContext } from '@rekey/telemetry';
import type { EvidenceBasis } from '@rekey/tokens';
import type { RecoveryPolicy } from './proving/policy.js';

/** Enqueues a message within the transaction that inserts its row. */
export type EnqueueMessage = (tx: Transaction, messageId: string) => Promise<void>;

/** What every act needs. */
export interface ActContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  /** The store of rate limits, when that is not the database. */
  rateLimits?: RateLimitStore | undefined;
  /** How likely a stranger's attempts may succeed, per day and per year. Defaults apply when omitted. */
  odds?: OddsPolicy | undefined;
}

/** What the acts of a person need. */
export interface RecoveryContext extends ActContext {
  enqueue: EnqueueMessage;
  issuer: IssuerPort;
  /** The proofs that are enough for a recovery. */
  policy: RecoveryPolicy;
  /** Counts wrong attempts by network, in this process. Nothing is counted when omitted. */
  failuresByNetwork?: FailuresByNetwork;
  /** Where staff have signed for overrides. Without it, none is a proof. */
  place?: ConsolePlace;
  /** Called when many accounts seem to be under attack at once (password spraying). */
  onSpray?(spray: { wrong: number; right: number }): void;
  /** Roles for which the policy asks for level 2. */
  strongRoles: string[];
  /** Milliseconds before an authenticator that was bound to a single-factor account counts in a recovery. */
  bindingHoldMs: number;
  /** `iss` of the authorization response (RFC 9207), and the audience of signed assertions. */
  issuerUrl: string;
  /** The name of the product: no password may be derived from it. */
  productName: string;
}

/** What a recovery asserts to the issuer: who proved what, and when. */
export interface ProvenSubject {
  recoveryId: string;
  accountId: string;
  clientId: string;
  /** Authentication context and methods (RFC 8176, where it has a word). */
  acr: string;
  amr: string[];
  provenAt: Date;
  /** The evidence, which the issuer judges again. */
  basis: EvidenceBasis;
}

export interface IssuedTokens {
  access_token: string;
  token_type: string;
  expires_in?: number | undefined;
  refresh_token?: string | undefined;
  scope?: string | undefined;
  [member: string]: unknown;
}

/**
 * The issuer as a recovery sees it. Each call ends every older session of the account with its refresh tokens (RFC 8693). An
 * external issuer has to do that itself; our own sessions are ended in addition.
 *
 * Refusals: `unavailable` when the issuer cannot be reached or fails; `invalid_state` when it refuses. Each call passes the trace context
 * on.
 */
export interface IssuerPort {
  exchangeForTokens(subject: ProvenSubject, trace: TraceContext | undefined): Promise<IssuedTokens | Refusal>;
  /** For an app's redirect: a code that only the holder of the PKCE verifier can redeem (RFC 7636). Only our own issuer offers it. */
  exchangeForCode?(
    subject: ProvenSubject,
    redirect: { redirectUri: string; codeChallenge: string },
    trace: TraceContext | undefined,
  ): Promise<{ code: string } | Refusal>;
  /**
   * Gives the session of a completed recovery fresh tokens and ends those before, while nobody has shown any of them. Only our own issuer
   * offers it. Refuses with `invalid_state` when the session was used or has ended.
   */
  reissueTokens?(subject: ProvenSubject, trace: TraceContext | undefined): Promise<IssuedTokens | Refusal>;
  /**
   * Replaces the code of a completed recovery by another one, while nobody has redeemed it. Only our own issuer offers it. Refuses with
   * `invalid_state` when the code was redeemed or voided.
   */
  reissueCode?(
    subject: ProvenSubject,
    redirect: { redirectUri: string; codeChallenge: string },
    trace: TraceContext | undefined,
  ): Promise<{ code: string } | Refusal>;
  /** Revokes everything that a recovery has led to here, refreshed tokens included. */
  revoke(recoveryId: string, trace: TraceContext | undefined): Promise<void>;
}

/** A recovery and the bearer token from its start. */
export interface RecoveryReference {
  id: string;
  token: string;
}
