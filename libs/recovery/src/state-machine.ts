import { literals, type SqlText } from '@rekey/database';

/** States as the API names them. */
export const states = ['proving', 'held', 'proven', 'completed', 'cancelled', 'stopped', 'expired'] as const;
export type RecoveryState = (typeof states)[number];

export type Transition =
  | 'prove'
  | 'prove_more'
  | 'hold'
  | 'release'
  | 'deny'
  | 'reopen'
  | 'complete'
  | 'cancel'
  | 'invalidate'
  | 'stop'
  | 'expire';

/**
 * The state machine: which transition leads from which state to which. Every statement that moves a recovery builds its guard from this
 * table, so that no other transition exists.
 */
export const transitions: Record<RecoveryState, Partial<Record<Transition, RecoveryState>>> = {
  proving: {
    prove: 'proven',
    prove_more: 'proving',
    hold: 'held',
    reopen: 'proving',
    cancel: 'cancelled',
    invalidate: 'stopped',
    stop: 'stopped',
    expire: 'expired',
  },
  // After a stop, or by a rule of the policy: every address gets a notification and has time to object.
  held: {
    release: 'proven',
    deny: 'stopped',
    reopen: 'proving',
    cancel: 'cancelled',
    invalidate: 'stopped',
    stop: 'stopped',
    expire: 'expired',
  },
  // A proof may no longer hold when it is used.
  proven: {
    hold: 'held',
    reopen: 'proving',
    complete: 'completed',
    cancel: 'cancelled',
    invalidate: 'stopped',
    stop: 'stopped',
    expire: 'expired',
  },
  // The owner can stop a completed recovery, which ends everything it has led to.
  completed: { stop: 'stopped' },
  cancelled: {},
  stopped: {},
  expired: {},
};

/** The source states of a transition, for the guard of its statement. */
export const sourceStates = (move: Transition): RecoveryState[] =>
  states.filter((state) => transitions[state][move]);

/** @throws {Error} when the transition leads to more than one state */
export function targetState(move: Transition): RecoveryState {
  const after = new Set(states.flatMap((state) => transitions[state][move] ?? []));
  const [only, ...others] = after;
  if (!only || others.length > 0) throw new Error(`the move ${move} has no single outcome`);
  return only;
}

/** `'a', 'b'`: for the guard in SQL. The words come from the table above, never from input. */
export const sqlStates = (list: readonly RecoveryState[]): SqlText => literals(list);

/** The table as a Mermaid state diagram. */
export function drawStates(): string {
  const lines = states.flatMap((from) =>
    Object.entries(transitions[from]).map(([move, to]) => `  ${from} --> ${to}: ${move}`),
  );
  const ends = states
    .filter((state) => Object.keys(transitions[state]).length === 0)
    .map((state) => `  ${state} --> [*]`);
  return ['stateDiagram-v2', '  [*] --> proving: open', ...lines, ...ends, ''].join('\n');
}
