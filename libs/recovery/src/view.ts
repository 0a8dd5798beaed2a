import {
  type Assurance,
  addressesToOffer,
  maskAddress,
  ownAddress,
  type SealedAddress,
} from '@rekey/accounts';
import { type SqlText, sql } from '@rekey/database';
import { type Channel, type Keyring, type Refusal, refuse } from '@rekey/kernel';
import type { ProofKind } from '@rekey/proofs';
import { closedRefusal } from './closed.js';
import type { RecoveryContext } from './context.js';
import type { AcceptedKind } from './proving/attested.js';
import { initialMethods, type RecoveryPolicy, remainingProofs, sendsBy } from './proving/policy.js';
import type { RecoveryState } from './state-machine.js';
import { matchNumber } from './tokens/match-number.js';

/** A row of `recoveries`, as the statements of this library select it. */
export interface RecoveryRow {
  state: RecoveryState;
  expires_at: Date;
  idle_expires_at: Date;
  resend_at: Date;
  held_until: Date | null;
  /** A start has none yet. */
  completed_at?: Date | null;
  /** The accepted kinds of proof. */
  proofs: AcceptedKind[];
}

export interface OfferedAddress {
  id: string;
  channel: Channel;
  /** Masked. */
  address: string;
}

/** A recovery as the API shows it. Times are RFC 3339. */
export interface RecoveryView {
  id: string;
  state: RecoveryState;
  /** Kinds of proof that would move it forward. Empty while proving: nothing more can be proved here, and staff have to help. */
  methods: ProofKind[];
  expires_at: string;
  resend_at?: string;
  held_until?: string;
  /** The page behind the link in a mail asks for it, when it is opened in another browser. */
  match_number?: string;
  /** After a first proof, while a code is asked for: the addresses to choose from. */
  addresses?: OfferedAddress[];
}

export const rowColumns = sql`state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs`;

/** The addresses offered to a person who has proved something, as a JSON column. */
export const offeredAddresses = (account: SqlText): SqlText => sql`(
  select jsonb_agg(jsonb_build_object('id', a.id, 'account', a.account_id, 'channel', a.channel, 'sealed', encode(a.sealed, 'hex')))
  from (${addressesToOffer(account)}) a)`;

export interface SealedOffer {
  id: string;
  account: string;
  channel: Channel;
  sealed: string;
}

const isActive = (state: RecoveryState): boolean =>
  state === 'proving' || state === 'held' || state === 'proven';

/** An overdue recovery is expired, even before the sweep has updated its row. */
export const stateAt = (row: RecoveryRow, now: number): RecoveryState =>
  isActive(row.state) && endOf(row) <= now ? 'expired' : row.state;

const endOf = (row: RecoveryRow): number => Math.min(row.expires_at.getTime(), row.idle_expires_at.getTime());

/** The proofs that would move it forward now. Before a first proof they are the same for everyone. */
export function nextMethods(
  policy: RecoveryPolicy,
  row: Pick<RecoveryRow, 'proofs'>,
  assurance: Assurance | null,
): ProofKind[] {
  if (row.proofs.length === 0) return initialMethods(policy);
  const outlook = assurance ? remainingProofs(policy, assurance, row.proofs) : undefined;
  return outlook && !outlook.proven ? outlook.next : [];
}

/** @param known of the account, once something has been proved */
export function viewOf(
  { keyring, clock, policy }: Pick<RecoveryContext, 'keyring' | 'clock' | 'policy'>,
  id: string,
  row: RecoveryRow,
  known: { assurance: Assurance | null; offers: SealedOffer[] | null } = { assurance: null, offers: null },
): RecoveryView {
  const state = stateAt(row, clock.now());
  const methods = state === 'proving' ? nextMethods(policy, row, known.assurance) : [];
  const asksForCode = methods.includes('code');
  return {
    id,
    state,
    methods,
    expires_at: new Date(endOf(row)).toISOString(),
    ...(asksForCode
      ? { resend_at: row.resend_at.toISOString(), match_number: matchNumber(keyring, id) }
      : {}),
    ...(state === 'held' && row.held_until ? { held_until: row.held_until.toISOString() } : {}),
    ...(asksForCode && row.proofs.length > 0 && known.offers
      ? { addresses: openOffers(keyring, policy, known.offers) }
      : {}),
  };
}

const openOffers = (keyring: Keyring, policy: RecoveryPolicy, offers: SealedOffer[]): OfferedAddress[] =>
  offers
    .filter(({ channel }) => sendsBy(policy, channel))
    .flatMap((offer) => openOffer(keyring, offer) ?? []);

function openOffer(
  keyring: Keyring,
  { id, account, channel, sealed }: SealedOffer,
): OfferedAddress | undefined {
  const row: SealedAddress = {
    address_id: id,
    channel,
    sealed: Buffer.from(sealed, 'hex'),
    exact: Buffer.alloc(0),
  };
  const opened = ownAddress(keyring, row, account);
  return opened && { id, channel, address: maskAddress(opened) };
}

/** The refusal of an act that needs another state than the current one. */
export function stateRefusal(
  row: RecoveryRow | undefined,
  now: number,
  wanted: 'proving' | 'proven',
): Refusal {
  if (!row) return refuse('not_found');
  const state = stateAt(row, now);
  if (!isActive(state)) return closedRefusal(state, row.completed_at);
  return refuse(wanted === 'proven' ? 'not_proven' : 'invalid_state');
}
