import type { Database, Transaction } from '@rekey/database';
import type { Clock, Keyring, Refusal } from '@rekey/kernel';
import type { FloodCounters, OddsPolicy, WrongGuesses } from '@rekey/limits';
import type { EvidenceBasis } from '@rekey/tokens';
import type { Place } from '@rekey/watch';
import type { RecoveryPolicy } from './policy.js';

/** Makes sure that a message will be looked after, as part of the transaction that writes its row. */
export type EnqueueMessage = (tx: Transaction, messageId: string) => Promise<void>;

/** What every act needs. */
export interface ActContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  /** Where floods are counted, when that is not the database. */
  flood?: FloodCounters | undefined;
  /** How likely a guess may be right, in a day and in a year; the defaults when left out. */
  odds?: OddsPolicy | undefined;
}

/** What the acts on messages need. */
export interface MessageContext extends ActContext {
  /** Codes in ten minutes that one client may cause, and all of them together; the defaults when left out. */
  sendQuotas?: { client: number; instance: number };
}

/** What the acts of a person need. */
export interface RecoveryContext extends ActContext {
  enqueue: EnqueueMessage;
  issuer: IssuerPort;
  /** Which proofs get an account back. */
  policy: RecoveryPolicy;
  /** The networks that guess wrongly, of this process; nobody is counted when left out. */
  wrongGuesses?: WrongGuesses;
  /** Many accounts seem to be guessed at. */
  spraySeen?(spray: { wrong: number; right: number }): void;
  /** Roles for which it asks for level 2. */
  strongRoles: string[];
  /** How long what is bound to an account of one factor waits until it counts in a recovery, in milliseconds. */
  bindingHoldMs: number;
  /** `iss` of the authorization answer (RFC 9207), and the name under which assertions are signed for. */
  issuerUrl: string;
  /** What the product is called: no password may be made of it. */
  productName: string;
}

/** What a recovery states to the issuer: who proved what, and when. */
export interface ProvenSubject {
  recoveryId: string;
  accountId: string;
  clientId: string;
  /** How: authentication context and methods (RFC 8176, where it has a word). */
  acr: string;
  amr: string[];
  provenAt: Date;
  /** What the issuer judges again. */
  basis: EvidenceBasis;
}

export interface TokenAnswer {
  access_token: string;
  token_type: string;
  expires_in?: number | undefined;
  refresh_token?: string | undefined;
  scope?: string | undefined;
  [member: string]: unknown;
}

/**
 * The issuer as a recovery sees it. Each call ends every older session and refresh family of the account (RFC 8693); at an
 * issuer that is not ours that is its own duty, and those of ours are ended beside it.
 * `unavailable` when it cannot be reached or has a fault of its own; `invalid_state` when it says no. Each is told what it was
 * caused by.
 */
export interface IssuerPort {
  exchangeForTokens(subject: ProvenSubject, place: Place | undefined): Promise<TokenAnswer | Refusal>;
  /** For an app's redirect: a code that only the holder of the PKCE verifier can use (RFC 7636). Only our own issuer has it. */
  exchangeForCode?(
    subject: ProvenSubject,
    redirect: { redirectUri: string; codeChallenge: string },
    place: Place | undefined,
  ): Promise<{ code: string } | Refusal>;
  /** Takes back all that a recovery has led to here, refreshes included. */
  revoke(recoveryId: string, place: Place | undefined): Promise<void>;
}

/** A recovery and the bearer token that its start gave. */
export interface RecoveryReference {
  id: string;
  token: string;
}
