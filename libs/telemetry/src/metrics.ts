import { channels, keyUses, messageKinds } from '@rekey/kernel';
import { proofKinds } from '@rekey/proofs';

/** A label whose values are lists of ours elsewhere: causes, policies, reasons, countries. A caller's input never becomes one. */
const words = 'words';
/** A registered client: the code that records it has found it. An invented id never becomes a label. */
const client = 'client';

interface DescribedMetric {
  kind: 'counter' | 'histogram' | 'gauge';
  help: string;
  labels: Record<string, readonly string[] | typeof words | typeof client>;
  /** Upper bounds of a histogram. */
  buckets?: readonly number[];
  /** Changes in the same way whether or not an account exists, and never by a reply to a message: everyone may see it. */
  isPublic?: true;
}

/** `none`: a message that was dropped before it had an address. */
const channelLabels = [...channels, 'none'] as const;

/** Every metric, by its name without `rekey_` and `_total`. No label names a person or an address. */
export const metrics = {
  tokens_issued: {
    kind: 'counter',
    help: 'Access tokens issued, not counting refreshes',
    labels: {
      grant: ['sign_in', 'recovery', 'recovery_repeated', 'code', 'device', 'renewal', 'client_credentials'],
      role: ['ordinary', 'staff', 'client'],
      client,
    },
  },
  tokens_refreshed: {
    kind: 'counter',
    help: 'Refresh tokens presented. `cause` says why one was refused',
    labels: {
      outcome: ['rotated', 'retried', 'refused'],
      cause: ['none', 'unknown', 'other_client', 'account', 'ended', 'expired', 'reuse', 'scope'],
      client,
    },
  },
  tokens_reused: {
    kind: 'counter',
    help: 'Replaced refresh tokens and used authorization codes that were presented again: somebody has a copy',
    labels: { token_type: ['refresh_token', 'authorization_code'] },
  },
  sessions_ended: {
    kind: 'counter',
    help: 'Sessions ended before they expired',
    labels: {
      reason: [
        'recovery',
        'stopped',
        'reuse',
        'revoked',
        'ended_by_person',
        'password',
        'account',
        'client',
        'management',
        'guesses',
      ],
    },
  },
  tokens_introspected: {
    kind: 'counter',
    help: 'Introspection requests, by the client that made them',
    labels: { outcome: ['active', 'inactive'], client },
  },
  tokens_verified: {
    kind: 'counter',
    help: 'Bearer tokens presented to Rekey itself',
    labels: { outcome: ['valid', 'invalid', 'ended'] },
  },
  tokens_diagnosed: {
    kind: 'counter',
    help: 'Token diagnoses, by the cause that was found',
    labels: { cause: words },
  },
  sign_ins: {
    kind: 'counter',
    help: 'Sign-in attempts with a password',
    labels: { outcome: ['success', 'failure', 'second_factor_required'], client },
  },
  recoveries_started: { kind: 'counter', help: 'Recoveries started', labels: { client }, isPublic: true },
  proofs: {
    kind: 'counter',
    help: 'Proofs submitted in recoveries, with their outcome',
    labels: {
      kind: proofKinds,
      outcome: [
        'accepted',
        'proven',
        'held',
        'failure',
        'no_tries_left',
        'daily_limit',
        'rate_limited',
        'invalid_state',
        'recovery_closed',
      ],
    },
  },
  proof_attempts: {
    kind: 'counter',
    help: 'Proofs that were checked and used up one of the tries of a recovery',
    labels: { kind: proofKinds },
  },
  spray_attacks: {
    kind: 'counter',
    help: 'Periods of ten minutes with more failed proofs in one process than people cause: somebody is guessing across many accounts',
    labels: {},
  },
  authenticators_disabled: {
    kind: 'counter',
    help: 'Authenticators disabled after too many failed attempts in a row. For an address: its short codes are disabled',
    labels: { kind: proofKinds },
  },
  idempotent_repeats: {
    kind: 'counter',
    help: 'Requests of a recovery that were repeated with their Idempotency-Key and got their response: it had been lost',
    labels: {},
  },
  recoveries_completed: {
    kind: 'counter',
    help: 'Recoveries completed with new credentials. `password` says what happened to the password',
    labels: { client, password: ['changed', 'ended', 'unchanged'] },
  },
  recovery_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the start of a recovery to its new credentials',
    labels: {},
    buckets: [15, 30, 60, 120, 300, 600, 1200, 1800, 3600],
  },
  recoveries_cancelled: {
    kind: 'counter',
    help: 'Recoveries cancelled by the person who started them',
    labels: {},
  },
  recoveries_stopped: {
    kind: 'counter',
    help: "Recoveries ended by the owner's stop link, an account change or management. `completed`: it had already led to credentials",
    labels: { by: ['stop_link', 'account', 'management'], completed: ['yes', 'no'] },
  },
  recoveries_reopened: {
    kind: 'counter',
    help: 'Recoveries that asked for a proof again, because it was no longer valid when it was used',
    labels: {},
  },
  recoveries_held: {
    kind: 'counter',
    help: 'Recoveries with enough proofs that wait, because an earlier recovery of the account was stopped',
    labels: {},
  },
  recoveries_expired: { kind: 'counter', help: 'Recoveries that expired', labels: {} },
  messages: {
    kind: 'counter',
    help: 'Attempts to send a message, with their outcome',
    labels: {
      kind: messageKinds,
      channel: channelLabels,
      outcome: ['sent', 'dropped', 'retried', 'failed'],
      reason: words,
    },
  },
  message_delivery_seconds: {
    kind: 'histogram',
    help: 'Time from the creation of a message until a provider accepted it',
    labels: { kind: messageKinds, channel: channelLabels },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
  },
  outbox_messages: {
    kind: 'gauge',
    help: 'Messages waiting to be sent. The count stops at 10,000',
    labels: {},
  },
  oldest_message_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest message that waits to be sent',
    labels: {},
  },
  audit_unsealed_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest event of the audit that is not in its tree yet. It grows when no courier seals, or a transaction stays open',
    labels: {},
  },
  rate_limit_exceeded: {
    kind: 'counter',
    help: 'Requests and codes that exceeded a limit',
    labels: { policy: words },
  },
  sms_cost_reserved: {
    kind: 'counter',
    help: 'Expected cost of the SMS that were allowed',
    labels: { country: words, currency: words },
  },
  sms_circuit_breaker_transitions: {
    kind: 'counter',
    help: 'Circuit breakers of a number range or a country that opened or closed',
    labels: { to: ['open', 'closed'], cause: ['ratio', 'probes', 'proof'] },
  },
  provider_circuit_breaker_transitions: {
    kind: 'counter',
    help: 'Circuit breakers of a mail server or an SMS provider that opened, because it failed several times in a row, or closed',
    labels: { channel: ['email', 'sms'], to: ['open', 'closed'] },
  },
  issuer_reachable: {
    kind: 'gauge',
    help: "Whether the recovery process reaches Rekey's issuer: 1 or 0, as of the last five seconds. Without it no recovery ends with credentials",
    labels: {},
  },
  signing_key_age_seconds: {
    kind: 'gauge',
    help: 'Time since the current signing key became active',
    labels: { use: keyUses },
  },
  signing_key_rotation_seconds: {
    kind: 'gauge',
    help: 'Time until the next signing key becomes active. Negative: the rotation is late',
    labels: { use: keyUses },
  },
  sweeps: {
    kind: 'counter',
    help: 'Runs of the periodic jobs',
    labels: {
      sweep: [
        'messages',
        'recoveries',
        'sms_proven',
        'sms_cost',
        'tokens',
        'signing_keys',
        'audit',
        'audit_upkeep',
        'audit_anchors',
      ],
      outcome: ['done', 'failed'],
    },
  },
  ready: {
    kind: 'gauge',
    help: '1 for a part that requests need and that responds, 0 while it is away, as in `/health/ready`',
    labels: { part: words },
  },
} as const satisfies Record<string, DescribedMetric>;

type Catalogue = typeof metrics;
export type MetricName = keyof Catalogue;
export type MetricOf<Kind extends DescribedMetric['kind']> = {
  [Name in MetricName]: Catalogue[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

/** The labels of a metric: each with one of its words. */
export type LabelsOf<Name extends MetricName> = {
  [Label in keyof Catalogue[Name]['labels']]: Catalogue[Name]['labels'][Label] extends readonly (infer Word)[]
    ? Word
    : string;
};

/**
 * Says that something has happened: a counter moves by `value` (1 when left out), a histogram observes it. On a transaction it
 * counts when that commits, never when it does not.
 */
export type RecordMetric = <Name extends MetricOf<'counter' | 'histogram'>>(
  name: Name,
  labels: LabelsOf<Name>,
  value?: number,
) => void;

export const describe = (name: MetricName): DescribedMetric => metrics[name];

/** As Prometheus knows it. */
export const fullName = (name: MetricName): string =>
  `rekey_${name}${metrics[name].kind === 'counter' ? '_total' : ''}`;
