import type { Channel } from '@rekey/kernel';
import type { ProofKind } from '@rekey/proofs';
import { Random } from '../../security/fuzz/random.js';

/** How a client ends its part before it has credentials, or after. */
export interface Leaving {
  at: 'start' | 'proven' | 'completed';
  by: 'cancel' | 'abandon' | 'stop';
}

/** What one client does, drawn before anything happens. */
export interface RecoveryPlan {
  name: string;
  /** Of the persons of the test. */
  person: number;
  isStrong: boolean;
  /** Another recovery of the same person runs at the same time. */
  isTwin: boolean;
  afterMs: number;
  channel: Channel;
  /** In this order. A strong person who has none but a code leaves after it: the backup codes are used up. */
  proofs: ProofKind[];
  /** Wrong values before the first right one. */
  wrong: number;
  /** A request for another code: at once, which is too soon, or when a minute has passed. */
  resend: 'never' | 'early' | 'later';
  /** Every POST has an Idempotency-Key. */
  hasKeys: boolean;
  /** The acts whose first answer is lost: the socket is cut after the request was sent. */
  cut: Act[];
  /** The acts that are repeated with the same key after their answer. */
  repeated: Act[];
  password: boolean;
  leaving?: Leaving | undefined;
}

export const acts = ['start', 'codes', 'proofs', 'credentials', 'cancel', 'stop'] as const;
export type Act = (typeof acts)[number];

export const faultKinds = [
  'mail: refused',
  'mail: 4xx',
  'mail: 5xx',
  'mail: hangs',
  'mail: cut after DATA',
  'sms: 429',
  'sms: 500',
  'sms: 4xx',
  'sms: hangs',
  'sms: no answer',
  'issuer: 500',
  'issuer: hangs',
  'issuer: answer cut',
  'postgres: connections ended',
  'recovery: killed',
  'courier: killed',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface PlannedFault {
  /** Requests of all clients before it: by time, a slow machine would have all faults before the first proof. */
  afterRequests: number;
  kind: FaultKind;
}

/** A group of recoveries that run at once, and the faults that meet them. */
export interface Batch {
  recoveries: RecoveryPlan[];
  faults: PlannedFault[];
}

/** Milliseconds within which the clients of a batch start. */
const startsWithinMs = 1_200;
/** Requests of one recovery within which the faults of a batch happen: most have more. */
const faultsWithin = 4;

/** Each family has one in every batch; the others are drawn. Twice in the list is twice as often. */
const families: FaultKind[][] = [
  ['mail: refused', 'mail: 4xx', 'mail: hangs', 'mail: cut after DATA'],
  ['sms: 429', 'sms: 500', 'sms: hangs', 'sms: no answer'],
  ['issuer: 500', 'issuer: hangs', 'issuer: answer cut', 'issuer: answer cut'],
  ['postgres: connections ended'],
];
const drawn: FaultKind[] = [...families.flat(), 'mail: 5xx', 'sms: 4xx'];

/** Backup codes of one set. */
const savedCodes = 10;

export interface Size {
  recoveries: number;
  /** Of a batch. */
  atOnce: number;
  /** A third of them has an authenticator app and backup codes. */
  persons: number;
  /** The apps of which a process is killed in each batch. */
  killed: ('recovery' | 'courier')[];
}

/** Whether a person has an authenticator app and backup codes. */
export const isStrongOf = (person: number, { persons }: Pick<Size, 'persons'>): boolean =>
  person < persons / 3;

/**
 * Draws every batch from a seed. The clients and the faults are drawn independently of each other, so that a change of one leaves the other.
 */
export function drawBatches(seed: number, of: Size): Batch[] {
  const people = new Random(seed * 2 + 1);
  const faults = new Random(seed * 2 + 2);
  const saved = new Map<number, number>();
  const batches: Batch[] = [];
  for (let left = of.recoveries; left > 0; left -= of.atOnce) {
    const size = Math.min(left, of.atOnce);
    const group = drawGroup(people, `${batches.length + 1}`, size, of, saved);
    batches.push({ recoveries: group, faults: drawFaults(faults, size, of) });
  }
  return batches;
}

function drawGroup(
  random: Random,
  batch: string,
  size: number,
  of: Size,
  saved: Map<number, number>,
): RecoveryPlan[] {
  const twins = Math.max(1, Math.floor(size / 8));
  const order = Array.from({ length: of.persons }, (_, person) => person);
  for (let at = of.persons - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  const alone = order.slice(0, size - twins);
  const twice = alone.slice(0, twins);
  return [...alone, ...twice].map((person, at) =>
    drawRecovery(random, `${batch}.${at + 1}`, {
      person,
      isStrong: isStrongOf(person, of),
      isTwin: twice.includes(person),
      saved,
    }),
  );
}

function drawRecovery(
  random: Random,
  name: string,
  of: Pick<RecoveryPlan, 'person' | 'isStrong' | 'isTwin'> & { saved: Map<number, number> },
): RecoveryPlan {
  const { saved, ...who } = of;
  const used = saved.get(who.person) ?? 0;
  const combinations: ProofKind[][] = who.isStrong
    ? [
        // One value of an app is good once, so that two at once would wait for the next.
        ...(who.isTwin ? [] : ([['code', 'totp']] as ProofKind[][])),
        ...(used < savedCodes
          ? ([
              ['code', 'backup_code'],
              ['backup_code', 'code'],
            ] as ProofKind[][])
          : []),
        ...(used < savedCodes && !who.isTwin ? ([['backup_code', 'totp']] as ProofKind[][]) : []),
      ]
    : [['code']];
  const proofs = combinations.length > 0 ? random.pick(combinations) : (['code'] as ProofKind[]);
  if (proofs.includes('backup_code')) saved.set(who.person, used + 1);
  const hasCode = proofs.includes('code');
  // Without a second factor that it could show, it gets no further.
  const stays = combinations.length > 0;
  const leaving = random.maybe(stays ? 0.4 : 1) ? drawLeaving(random, hasCode, stays) : undefined;
  const needsMail = who.isTwin || leaving?.by === 'stop';
  const hasKeys = random.maybe(0.8);
  return {
    ...who,
    name,
    proofs,
    afterMs: random.below(startsWithinMs),
    channel: random.maybe(0.4) && !needsMail ? 'sms' : 'email',
    wrong: random.maybe(0.4) ? random.pick([1, 1, 1, 2, 2, 5]) : 0,
    resend: hasCode ? random.pick(['never', 'never', 'never', 'early', 'later'] as const) : 'never',
    hasKeys,
    cut: acts.filter(() => random.maybe(0.15)),
    repeated: hasKeys ? acts.filter(() => random.maybe(0.15)) : [],
    password: random.maybe(0.3),
    leaving,
  };
}

function drawLeaving(random: Random, hasCode: boolean, stays: boolean): Leaving {
  const at = stays ? random.pick(['start', 'proven', 'completed', 'completed'] as const) : 'proven';
  if (at === 'completed') return { at, by: 'stop' };
  return { at, by: random.pick(hasCode ? ['cancel', 'abandon', 'stop'] : ['cancel', 'abandon']) };
}

function drawFaults(random: Random, size: number, { killed }: Size): PlannedFault[] {
  const kinds = [
    ...killed.map((name): FaultKind => `${name}: killed`),
    ...families.map((family) => random.pick(family)),
    ...Array.from({ length: Math.floor(size * 0.75) }, () => random.pick(drawn)),
  ];
  return kinds
    .map((kind) => ({ kind, afterRequests: random.below(size * faultsWithin) }))
    .sort((one, other) => one.afterRequests - other.afterRequests);
}
