import { overrideEndings, type StaffChange, staffChanges } from '@rekey/audit';
import type { Queryable } from '@rekey/database';
import type { StaffContext } from '../context.js';
import { type Signer, signersOf } from '../passkeys.js';
import { hasRight, isStaffRole, type StaffRight } from '../rights.js';
import { readApproval, readRequest } from './documents.js';
import type { OverrideRow, Signed } from './rows.js';
import { waitMs } from './times.js';

export type Verifying = Pick<StaffContext, 'keyring' | 'place'> & { database: Queryable };

/** What overrides are judged by, besides their own rows: read at once for all of them. */
export interface Grounds {
  /** That they were used, denied or stopped, by the audit. */
  endings: Awaited<ReturnType<typeof overrideEndings>>;
  signers: readonly Signer[];
  changes: readonly StaffChange[];
}

/** Reads the grounds for some overrides. What the audit has is read from a day before them, which covers the difference of two clocks. */
export async function groundsFor(
  { database, keyring }: Verifying,
  rows: readonly OverrideRow[],
): Promise<Grounds> {
  if (rows.length === 0) return { endings: [], signers: [], changes: [] };
  const since = new Date(Math.min(...rows.map((row) => row.created_at.getTime())) - waitMs(24));
  const signed = rows.flatMap(signaturesOf);
  return {
    endings: await overrideEndings(database, { overrides: rows.map(({ id }) => id), since }),
    signers: await signersOf(
      database,
      keyring,
      signed.map(({ passkey }) => passkey),
    ),
    changes: await staffChanges(database, { staff: signed.map(({ memberId }) => memberId), since }),
  };
}

const signaturesOf = ({ request, approval }: OverrideRow): Signed[] =>
  approval ? [request, approval] : [request];

/** The passkey that a text is signed with, of the member whom the row names. It may have ended since. */
export const signerOf = ({ signers }: Grounds, { passkey, memberId }: Signed): Signer | undefined =>
  signers.find((one) => one.memberId === memberId && one.id.equals(passkey));

/**
 * Whether those who have signed may sign today: enabled, with the same passkeys, and with their rights. By the rows, and by the audit since
 * they have signed: who can write to the table may have put a row back.
 */
export function maySignStill(grounds: Grounds, { request, approval }: OverrideRow): boolean {
  const requested = may(grounds, request, 'assist', readRequest(request.text)?.requested_at);
  return (
    requested && (!approval || may(grounds, approval, 'decide', readApproval(approval.text)?.approved_at))
  );
}

function may(grounds: Grounds, signed: Signed, right: StaffRight, at: string | undefined): boolean {
  const { endedAt, role } = signerOf(grounds, signed) ?? {};
  if (at === undefined || endedAt !== null || role === undefined || !hasRight(role, right)) return false;
  return grounds.changes
    .filter((change) => change.staff === signed.memberId && change.at.getTime() >= Date.parse(at))
    .every(({ event, role: given }) =>
      event === 'staff_role_changed'
        ? given !== null && isStaffRole(given) && hasRight(given, right)
        : event === 'staff_enabled',
    );
}
