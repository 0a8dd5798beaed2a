/** A label whose words are our own lists elsewhere: causes, policies, reasons. Nothing that a caller sends becomes one. */
const words = 'words';
/** A client that is registered: whoever notes it has found it. An invented id never becomes a label. */
const client = 'client';

interface Described {
  kind: 'counter' | 'histogram' | 'gauge';
  help: string;
  labels: Record<string, readonly string[] | typeof words | typeof client>;
  /** Upper bounds of a histogram. */
  buckets?: readonly number[];
  /** Moves alike whether an account exists or not, and by nobody's answer to a message: shown to everyone. */
  open?: true;
}

const proofKinds = ['code', 'totp', 'backup_code'] as const;
const messageKinds = [
  'recovery_code',
  'recovery_completed',
  'recovery_held',
  'authenticators_changed',
] as const;
const channels = ['email', 'sms', 'none'] as const;
const keyUses = ['access_token', 'recovery_assertion'] as const;

/** Everything that is counted, by the name without `rekey_` and without `_total`. No label names a person or an address. */
export const catalogue = {
  tokens_issued: {
    kind: 'counter',
    help: 'Access tokens issued, refreshes aside',
    labels: {
      grant: ['sign_in', 'recovery', 'code', 'device', 'renewal', 'client_credentials'],
      role: ['ordinary', 'staff', 'client'],
      client,
    },
  },
  tokens_refreshed: {
    kind: 'counter',
    help: 'Refresh tokens that were presented; the cause of a refusal',
    labels: {
      outcome: ['rotated', 'retried', 'refused'],
      cause: ['none', 'unknown', 'other_client', 'account', 'ended', 'expired', 'reuse', 'scope'],
      client,
    },
  },
  tokens_reused: {
    kind: 'counter',
    help: 'Retired tokens and used codes that came again: somebody has a copy',
    labels: { what: ['refresh_token', 'authorization_code'] },
  },
  sessions_ended: {
    kind: 'counter',
    help: 'Sessions that were ended before their time',
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
    help: 'Answers of introspection, by the client that asked',
    labels: { answer: ['active', 'inactive'], client },
  },
  tokens_verified: {
    kind: 'counter',
    help: 'Bearer tokens shown to Rekey itself',
    labels: { outcome: ['good', 'invalid', 'ended'] },
  },
  tokens_diagnosed: { kind: 'counter', help: 'Diagnoses', labels: { cause: words } },
  sign_ins: {
    kind: 'counter',
    help: 'Passwords that were tried',
    labels: { outcome: ['right', 'wrong', 'second_factor_required'], client },
  },
  recoveries_started: { kind: 'counter', help: 'Recoveries begun', labels: { client }, open: true },
  proofs: {
    kind: 'counter',
    help: 'Proofs offered in recoveries',
    labels: {
      kind: proofKinds,
      outcome: [
        'accepted',
        'proven',
        'held',
        'wrong',
        'no_tries_left',
        'day_used_up',
        'rate_limited',
        'not_possible',
        'finished',
      ],
    },
  },
  guesses_burnt: { kind: 'counter', help: 'Guesses spent on them', labels: { kind: proofKinds } },
  guess_sprays: {
    kind: 'counter',
    help: 'Ten minutes in which a process saw more wrong proofs than people get wrong: somebody tries many accounts',
    labels: {},
  },
  authenticators_disabled: {
    kind: 'counter',
    help: 'Authenticators disabled by wrong values in a row; of an address, its short codes',
    labels: { kind: proofKinds },
  },
  recoveries_settled: {
    kind: 'counter',
    help: 'Recoveries that ended with fresh credentials',
    labels: { client, password: ['set', 'ended', 'kept'] },
  },
  recovery_duration_seconds: {
    kind: 'histogram',
    help: 'From the start of a recovery to its credentials',
    labels: {},
    buckets: [15, 30, 60, 120, 300, 600, 1200, 1800, 3600],
  },
  recoveries_stopped: {
    kind: 'counter',
    help: 'Recoveries that were ended by somebody; `settled`: it had led to credentials',
    labels: { by: ['bearer', 'stop_link', 'account', 'management'], settled: ['yes', 'no'] },
  },
  recoveries_reopened: {
    kind: 'counter',
    help: 'Recoveries that lost a proof, because it did not hold any more when it was to be used',
    labels: {},
  },
  recoveries_held: {
    kind: 'counter',
    help: 'Recoveries in which enough was proved, and which wait because one of the account was stopped',
    labels: {},
  },
  recoveries_expired: { kind: 'counter', help: 'Recoveries that ran out', labels: {} },
  messages: {
    kind: 'counter',
    help: 'Attempts to send, and what became of them',
    labels: {
      kind: messageKinds,
      channel: channels,
      outcome: ['sent', 'dropped', 'retried', 'failed'],
      reason: words,
    },
  },
  message_delivery_seconds: {
    kind: 'histogram',
    help: 'From the row of a message to the provider that took it',
    labels: { kind: messageKinds, channel: channels },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
  },
  messages_waiting: {
    kind: 'gauge',
    help: 'Messages that wait to be sent, 10,000 at most',
    labels: {},
  },
  oldest_message_age_seconds: { kind: 'gauge', help: 'How long the oldest of them has waited', labels: {} },
  limits_hit: { kind: 'counter', help: 'Requests and codes over a limit', labels: { policy: words } },
  sms_money_reserved: {
    kind: 'counter',
    help: 'What SMS were expected to cost, in the currency of the policy',
    labels: { country: words },
  },
  sms_breakers: {
    kind: 'counter',
    help: 'Breakers of a range or a country that opened or closed',
    labels: { turn: ['opened', 'closed'], cause: ['ratio', 'probes', 'proof'] },
  },
  signing_key_age_seconds: {
    kind: 'gauge',
    help: 'How long the present key has signed',
    labels: { use: keyUses },
  },
  signing_key_due_seconds: {
    kind: 'gauge',
    help: 'Until the next key signs; below zero: the rotation is late',
    labels: { use: keyUses },
  },
  sweeps: {
    kind: 'counter',
    help: 'Rounds of the work that repeats',
    labels: {
      sweep: ['messages', 'recoveries', 'sms_proven', 'sms_money', 'tokens', 'signing_keys'],
      outcome: ['done', 'failed'],
    },
  },
} as const satisfies Record<string, Described>;

type Catalogue = typeof catalogue;
export type MetricName = keyof Catalogue;
export type MetricOf<Kind extends Described['kind']> = {
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
export type Note = <Name extends MetricOf<'counter' | 'histogram'>>(
  name: Name,
  labels: LabelsOf<Name>,
  value?: number,
) => void;

export const describe = (name: MetricName): Described => catalogue[name];

/** As Prometheus knows it. */
export const fullName = (name: MetricName): string =>
  `rekey_${name}${catalogue[name].kind === 'counter' ? '_total' : ''}`;
