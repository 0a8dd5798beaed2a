import type { Assurance } from '@rekey/accounts';
import type { ProofKind } from '@rekey/proofs';
import type { RecoveryState } from '../state-machine.js';
import { missingOf } from './missing.js';
import { defaultPolicy } from './policy.js';

const now = new Date(1_800_000_000_000);
const later = new Date(now.getTime() + 3_600_000);
const stop = new Date(now.getTime() - 3_600_000).toISOString();

const simple: Assurance = {
  generation: 'g',
  aal: 1,
  authenticators: [],
  reachable: ['email'],
  stopped_at: null,
};
const strong: Assurance = { ...simple, aal: 2 };

interface Case {
  state: RecoveryState;
  assurance?: Assurance | null;
  account_id?: string | null;
  proofs?: ProofKind[];
  held?: boolean[];
  tries?: number;
  generation?: string;
  held_until?: Date;
  held_for?: string;
}

const row = ({ proofs = [], ...more }: Case) => ({
  account_id: 'a',
  assurance: simple,
  proofs,
  amr: proofs.map(() => 'otp'),
  proof_authenticators: proofs.map(() => 'x'),
  proof_times: proofs.map(() => now),
  held: proofs.map(() => true),
  tries: proofs.length,
  generation: null,
  held_until: null,
  held_for: null,
  held_by: null,
  facts: null,
  ...more,
});

test.each<[string, Case, object | undefined]>([
  [
    'no account yet',
    { state: 'proving', account_id: null },
    { reason: 'proof', methods: ['code', 'backup_code'] },
  ],
  [
    'no account, all attempts used',
    { state: 'proving', account_id: null, tries: 5 },
    { reason: 'no_tries', methods: [] },
  ],
  ['a code', { state: 'proving' }, { reason: 'proof', methods: ['code'], level: 1 }],
  ['all attempts used', { state: 'proving', tries: 5 }, { reason: 'no_tries', methods: [], level: 1 }],
  [
    'no address',
    { state: 'proving', assurance: { ...simple, reachable: [] } },
    { reason: 'no_other_proof', methods: [], level: 1 },
  ],
  [
    'one of two proofs',
    { state: 'proving', assurance: strong, proofs: ['code'] },
    { reason: 'no_other_proof', methods: [], level: 2 },
  ],
  [
    'the second factor',
    { state: 'proving', assurance: { ...strong, authenticators: ['totp'] }, proofs: ['code'] },
    { reason: 'proof', methods: ['totp'], level: 2 },
  ],
  [
    'a proof that no longer holds',
    { state: 'proven', proofs: ['code'], held: [false] },
    { reason: 'proof', methods: ['code'], level: 1 },
  ],
  [
    'enough',
    { state: 'proven', proofs: ['code'], tries: 5 },
    { reason: 'credentials', methods: [], level: 1 },
  ],
  [
    'a hold',
    {
      state: 'held',
      proofs: ['code'],
      assurance: { ...simple, stopped_at: stop },
      held_until: later,
      held_for: stop,
    },
    { reason: 'hold', methods: [], level: 1 },
  ],
  [
    'a hold that is over',
    {
      state: 'held',
      proofs: ['code'],
      assurance: { ...simple, stopped_at: stop },
      held_until: now,
      held_for: stop,
    },
    { reason: 'credentials', methods: [], level: 1 },
  ],
  [
    'no account any more',
    { state: 'proven', proofs: ['code'], assurance: null },
    { reason: 'account', methods: [] },
  ],
  [
    'another account with the id',
    { state: 'proven', proofs: ['code'], generation: 'h' },
    { reason: 'account', methods: [] },
  ],
  ...(['completed', 'cancelled', 'stopped', 'expired'] as const).map((state): [string, Case, undefined] => [
    state,
    { state, proofs: ['code'] },
    undefined,
  ]),
])('%s', (_name, given, missing) => {
  expect(missingOf(defaultPolicy, row(given), now)).toEqual(missing);
});
