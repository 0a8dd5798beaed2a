import type { Role } from './views.js';

/** What the routes under `/staff` answer about the console itself, and about work that takes several steps. Times are ISO 8601 in UTC. */

export interface MemberView {
  id: string;
  name: string;
  role: Role;
  state: 'invited' | 'active' | 'disabled';
  demo: boolean;
  created_at: string;
  last_seen_at: string | null;
  invitation_expires_at: string | null;
}

/** A link that is shown once. */
export interface InvitedView {
  id: string;
  url: string;
  expires_at: string;
}

export interface ClientView {
  client_id: string;
  name: string;
  type: 'public' | 'confidential';
  redirect_uris: string[];
  grants: string[];
  scopes: string[];
  /** Seconds. */
  lifetimes: { access?: number; refresh_idle?: number; refresh?: number };
}

/** A setting in force. A secret has no value here; what is not the default was set. */
export interface SettingView {
  name: string;
  /** In English, as the reference of settings has it. */
  meaning?: string;
  value?: string;
  /** In English, what happens without a value. */
  unset?: string;
  from: 'default' | 'environment' | 'file';
  secret?: true;
}

export interface DiagnosisView {
  cause: string;
  /** `value`: an id, a kind, who did it, or a network. */
  evidence: { what: string; at?: string; value?: string; audit_id?: string }[];
  remedy: string;
  /** Decoded, and never with the signature. */
  claims?: Record<string, unknown>;
}

/** Counts over time: each list has as many members as `at`. */
export interface OverviewView {
  from: string;
  to: string;
  step_s: number;
  at: string[];
  funnel: {
    started: number;
    proven: number;
    held: number;
    completed: number;
    stopped: number;
    cancelled: number;
    expired: number;
  };
  recoveries: { started: number[]; completed: number[]; held: number[] };
  delivery: {
    channel: string;
    p50_ms: (number | null)[];
    p95_ms: (number | null)[];
    sent: number[];
    failed: number[];
  }[];
  tokens: { issued: number[]; refreshed?: number[]; ended: { cause: string; counts: number[] }[] };
  /** `cause`: the name of an event. */
  failures: { cause: string; count: number }[];
  waiting: { held: number; overrides: number };
}

export interface AssistView {
  id: string;
  state: 'waiting' | 'opened' | 'matched' | 'ended' | 'expired';
  account_id: string;
  recovery_id?: string;
  /** A wrong number, a member of staff, or that the account is gone or disabled. */
  ended_by?: 'number' | 'staff' | 'account';
  expires_at: string;
}

/** What to read out to a caller; answered once. */
export interface AssistStarted {
  id: string;
  code: string;
  url: string;
  expires_at: string;
}

interface Person {
  id: string;
  name: string;
}

export interface OverrideView {
  id: string;
  account_id: string;
  state: 'requested' | 'approved' | 'usable' | 'used' | 'denied' | 'expired' | 'invalid';
  /** Of an invalid one: what does not fit. */
  flaw?: string;
  /** How the identity of the person was attested. */
  evidence: string;
  reason: string;
  /** What the person has no more, as was attested. */
  lost?: { kind: string; id: string }[];
  requested_by: Person;
  requested_at: string;
  approved_by?: Person;
  approved_at?: string;
  usable_from?: string;
  expires_at: string;
  /** Left out when the person of the account has stopped it. */
  denied_by?: Person;
  denied_at?: string;
  used_by?: Person;
  used_at?: string;
  recovery_id?: string;
}

/** A row of the audit with its way to a signed head (C2SP tlog-proof of RFC 9162 hashes). */
export interface ProofView {
  format: string;
  checkpoint: string;
  events: { position: number; content: Record<string, unknown>; path: string[] }[];
}
