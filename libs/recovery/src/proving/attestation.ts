import type { Queryable } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import { type ConsolePlace, standsFor } from '@rekey/staff';
import { attested } from './attested.js';
import type { Judged } from './judge.js';

/** What the verification of an override needs. Without the place of the console, none verifies. */
export interface AttestationContext {
  database: Queryable;
  keyring: Keyring;
  clock: Clock;
  place?: ConsolePlace | undefined;
}

/**
 * Verifies the override among the proofs of a recovery once more: both signatures, that it was used for this recovery, and that nobody has
 * stopped it. Otherwise that proof no longer holds.
 */
export async function withAttestation<Row extends Judged>(
  context: AttestationContext,
  recovery: string,
  row: Row,
): Promise<Row> {
  const nth = row.proofs.indexOf(attested);
  if (nth < 0 || row.held[nth] !== true) return row;
  const { place, clock } = context;
  const [override, generation] = [row.proof_authenticators[nth], row.generation];
  const holds =
    place !== undefined &&
    override !== undefined &&
    generation !== null &&
    (await standsFor({ ...context, place }, { override, recovery, generation }, clock.now()));
  return holds ? row : { ...row, held: row.held.with(nth, false) };
}
