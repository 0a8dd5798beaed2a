import { sql, statement } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { isConfidential, revokeSessionsOfRecoveries } from '@rekey/tokens';
import type { ProvenSubject, RecoveryContext } from './context.js';
import { lifetimes } from './lifetimes.js';
import { withAttestation } from './proving/attestation.js';
import { type Judged, judge, judgedColumns } from './proving/judge.js';
import { isUpToDate, notProven, rejudge } from './proving/rejudge.js';
import { type RecoveryState, sourceStates, sqlStates } from './state-machine.js';
import { type RecoveryRow, rowColumns, stateRefusal } from './view.js';

/** Tokens go to the holder of the recovery token; a code is redeemed by its client, which then authenticates. */
export type Wanted = 'tokens' | 'code';

/** Where an app waits for its code (RFC 6749 §4.1.1), and the PKCE challenge of the code. */
export interface AppRedirect {
  redirectUri: string;
  state?: string | undefined;
  codeChallenge: string;
}

interface RedirectColumns {
  redirect_uri: string | null;
  redirect_state: string | null;
  code_challenge: string | null;
}

/** Where the app waits that started a recovery, if one did. */
export const redirectIn = (row: RedirectColumns): { redirect?: AppRedirect } => {
  const { redirect_uri: redirectUri, code_challenge: codeChallenge, redirect_state: state } = row;
  return redirectUri && codeChallenge
    ? { redirect: { redirectUri, codeChallenge, state: state ?? undefined } }
    : {};
};

/** The right to complete a recovery, until the lease expires. */
export interface Claimed {
  leaseId: string;
  subject: ProvenSubject;
  /** The last stop of the account when it was judged; null for none. */
  stop: string | null;
  /** The stop that it was held for. Every address has had its time to object. */
  heldFor: string | null;
  /** The keyed digest of the network that started it. */
  network: Buffer | null;
  /** Present when an app started the recovery. */
  redirect?: AppRedirect;
}

interface ClaimedRow extends Judged, RedirectColumns {
  state: RecoveryState;
  account_id: string;
  client_id: string;
  client_must_authenticate: boolean;
  proven_at: Date;
  source_key: Buffer | null;
}

const claim = statement(
  'recovery_claim',
  sql`update recoveries set lease_id = :leaseId, lease_expires_at = :leaseExpiresAt
   where id = :id and state in (${sqlStates(sourceStates('complete'))}) and expires_at > :now and idle_expires_at > :now
     and (lease_id is null or lease_expires_at <= :now)
   returning state, account_id, client_id, not client_authenticated and ${isConfidential(sql`recoveries.client_id`)} as client_must_authenticate,
     proven_at, source_key, redirect_uri, redirect_state, code_challenge, ${judgedColumns()}`,
);

const look = statement(
  'recovery_claim_look',
  sql`select ${rowColumns}, lease_id from recoveries where id = :id`,
);

/**
 * Claims a proven recovery for completion, after judging its proofs against the account as it is now.
 *
 * Refusals: `not_found`, `finished`, `invalid_state` (another request is completing it; or its client has become confidential and never
 * authenticated), `not_proven` with the missing methods.
 */
export async function claimCompletion(
  context: RecoveryContext,
  id: string,
  wanted: Wanted,
): Promise<Claimed | Refusal> {
  const { database, clock, policy, strongRoles } = context;
  const now = clock.now();
  const leaseId = uuidv7(now);
  const [row] = await database.query<ClaimedRow>(claim, {
    id,
    leaseId,
    strongRoles,
    now: new Date(now),
    gathersFacts: policy.holds.length > 0,
    leaseExpiresAt: new Date(now + lifetimes.lease),
  });
  if (!row) {
    const [there] = await database.query<RecoveryRow & { lease_id: string | null }>(look, { id });
    if (there?.state === 'proven' && there.lease_id !== null)
      return refuse('invalid_state', { retry_after: 1 });
    // The hold is over, and no request has moved the row since.
    if (there?.state === 'held' && (await rejudge(context, id))?.state === 'proven')
      return claimCompletion(context, id, wanted);
    const refused = stateRefusal(there, now, 'proven');
    return refused.code === 'not_proven' ? notProven(context, id) : refused;
  }
  if (wanted === 'tokens' && row.client_must_authenticate) {
    await releaseCompletion(context, id, leaseId);
    return refuse('invalid_state', {}, 'the client is confidential and has not authenticated');
  }
  const verdict = judge(policy, await withAttestation(context, id, row), new Date(now));
  if (verdict.outcome === 'over' || !isUpToDate(row, verdict)) {
    await releaseCompletion(context, id, leaseId);
    return notProven(context, id);
  }
  return {
    leaseId,
    stop: verdict.assurance.stopped_at,
    heldFor: row.held_for,
    network: row.source_key,
    subject: {
      recoveryId: id,
      accountId: row.account_id,
      clientId: row.client_id,
      acr: verdict.kept.acr ?? '',
      amr: row.amr,
      provenAt: row.proven_at,
      basis: {
        generation: verdict.assurance.generation,
        authenticators: row.proof_authenticators,
        since: new Date(Math.min(...row.proof_times.map((time) => time.getTime()))),
      },
    },
    ...redirectIn(row),
  };
}

const release = statement(
  'recovery_release',
  sql`update recoveries set lease_id = null, lease_expires_at = null where id = :id and lease_id = :leaseId`,
);

/** Releases the lease after a failure. If that fails too, the lease expires. */
export async function releaseCompletion(
  { database }: RecoveryContext,
  id: string,
  leaseId: string,
): Promise<void> {
  await database.query(release, { id, leaseId }).catch(() => undefined);
}

const lockClaimed = statement(
  'recovery_lock_claimed',
  sql`select id from recoveries where id = :id and lease_id = :leaseId for no key update`,
);

/**
 * Releases the lease after the issuer was asked, and ends what it may have issued: its response may have been lost, and nobody is to have
 * these tokens. It does nothing once another request has the lease, whose tokens these would be. If this fails, the next completion ends
 * them, or the sweep after the end of the recovery.
 */
export async function abandonCompletion(
  { database, clock }: RecoveryContext,
  id: string,
  leaseId: string,
): Promise<void> {
  const abandon = database.transaction(async (tx) => {
    const claimed = await tx.query(lockClaimed, { id, leaseId });
    if (claimed.length === 0) return;
    await revokeSessionsOfRecoveries(tx, { recoveries: [id], at: new Date(clock.now()) });
    await tx.query(release, { id, leaseId });
  });
  await abandon.catch(() => undefined);
}
