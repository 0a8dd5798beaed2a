import { attestedAcr } from '@rekey/accounts';
import type { ProofKind } from '@rekey/proofs';

/** An override of staff among the proofs of a recovery. Nobody can offer it: it is no kind of the registry. */
export const attested = 'attested';
export type AcceptedKind = ProofKind | typeof attested;

/** How tokens name it; RFC 8176 has no word for it. */
export const attestedAmr = 'recovery-attested';
export { attestedAcr };

export const isAttested = (kinds: readonly AcceptedKind[]): boolean => kinds.includes(attested);
