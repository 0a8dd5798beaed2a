/** What the routes under `/staff` answer. Times are ISO 8601 in UTC. */

export const roles = ['support', 'security', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What a member of staff may do; the server decides again with each request. */
export type Right = string;

export interface SessionView {
  id: string;
  name: string;
  role: Role;
  rights: Right[];
  signed_in_at: string;
  expires_at: string;
  idle_expires_at: string;
  /** Until then no new passkey is asked for. */
  fresh_until?: string;
}

/** One page of a list, newest first; `next` is the cursor of the page after it. */
export interface Page<Row> {
  rows: Row[];
  next?: string;
}

export interface AuditEventView {
  id: string;
  at: string;
  event: string;
  /** `person`, `system`, `client:<id>` or `staff:<id>`. */
  actor: string;
  account_id?: string;
  recovery_id?: string;
  request_id?: string;
  outcome: 'success' | 'failure' | 'denied';
  source?: string;
  detail: Record<string, unknown>;
}

/** Masked: the address itself is shown by an act that is audited. */
export interface AddressView {
  id: string;
  kind: 'email' | 'phone';
  masked: string;
  verified: boolean;
  primary: boolean;
  /** It gets no short codes: too many in a row were wrong. */
  disabled?: boolean;
  /** Marked by staff: no code goes there. */
  compromised_at?: string;
}

export interface AuthenticatorView {
  id: string;
  kind: string;
  bound_at: string;
  /** What the session that bound it came from: `sign_in` or `recovery`; left out when that is no longer known. */
  provenance?: string;
  recovery_id?: string;
  client_id?: string;
  /** The network that it was bound from. */
  bound_from?: string;
  audit_id?: string;
  last_used_at?: string;
  codes_left?: number;
  /** It counts in a recovery from then on. */
  counts_from?: string;
  /** Too many wrong values keep it from proving anything. */
  disabled_at?: string;
  /** A recovery has set it aside. */
  suspended_at?: string;
}

export interface StaffSeenSession {
  id: string;
  client_id: string;
  created_at: string;
  ended_at?: string;
  /** Why it ended, as a diagnosis of its tokens says. */
  cause?: string;
  audit_id?: string;
}

export interface RecoveryRow {
  id: string;
  /** Left out until the account is known, and when there is none. */
  account_id?: string;
  client_id: string;
  state: string;
  /** Staff have started it for a caller. */
  assist_id?: string;
  created_at: string;
  expires_at: string;
  held_until?: string;
  completed_at?: string;
}

export interface AccountView {
  id: string;
  username?: string;
  status: 'active' | 'disabled';
  roles: string[];
  locale?: string;
  addresses: AddressView[];
  authenticators: AuthenticatorView[];
  sessions: StaffSeenSession[];
  recoveries: RecoveryRow[];
}

export interface MessageView {
  id: string;
  kind: string;
  channel?: string;
  /** Masked. */
  address?: string;
  state: string;
  /** Why it was not sent or not delivered. */
  reason?: string;
  created_at: string;
  sent_at?: string;
}

export interface RecoveryView extends RecoveryRow {
  /** `holds`: whether a proof still counts, for the account as it is now. */
  proofs: { kind: string; at?: string; holds?: boolean }[];
  /** Why it leads to no credentials yet, and which kinds of proof would move it on; left out after its end. */
  missing?: { reason: string; methods: string[] };
  messages: MessageView[];
  events: AuditEventView[];
}
