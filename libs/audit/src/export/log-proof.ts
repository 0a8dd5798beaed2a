import { z } from 'zod';
import { openCheckpoint } from '../tree/checkpoint.js';
import { leafHash } from '../tree/hash.js';
import type { NoteVerifier } from '../tree/note.js';
import { verifyConsistency, verifyInclusion } from '../tree/verify.js';
import { commitTo, leafOf } from './leaf.js';
import { event, hash, opening } from './line.js';

/** What the member `format` of a proof is. */
export const proofFormat = 'rekey-audit-proof/1';

const hashes = z.array(hash);

/** Proves that events are in the log (RFC 9162, section 2.1.3), and that it grew from an earlier head (section 2.1.4). */
export const logProof = z.strictObject({
  format: z.literal(proofFormat),
  /** The head that it leads to, as a signed note. */
  checkpoint: z.string(),
  events: z.array(
    z.strictObject({
      position: z.int().min(0),
      content: event,
      opens: opening.optional(),
      /** From the leaf upwards. */
      path: hashes,
    }),
  ),
  /** An earlier head, and that the log began with it. */
  consistency: z.strictObject({ checkpoint: z.string(), path: hashes }).optional(),
});

export type LogProof = z.output<typeof logProof>;

/** A proof as it is written: hashes as base64. */
export type WrittenProof = z.input<typeof logProof>;

/**
 * Checks a proof, with nothing but the keys of the log.
 *
 * @returns what is wrong with it, in sentences; none when it proves what it says
 */
export function wrongWith(proof: LogProof, keys: readonly NoteVerifier[]): string[] {
  const head = openCheckpoint(proof.checkpoint, keys);
  if (!head) return ['its head is not signed by a key of this log'];
  const wrong: string[] = [];
  for (const { position, content, opens, path } of proof.events) {
    const leaf = { hash: leafHash(leafOf(content)), leaf: position };
    if (!verifyInclusion(path, leaf, head))
      wrong.push(`the event ${content.id} is not at position ${position} of this log`);
    const commitment =
      opens && commitTo(Buffer.from(opens.salt, 'base64'), opens.account_id).toString('base64url');
    if (opens && commitment !== content.account)
      wrong.push(`the event ${content.id} is not about ${opens.account_id}`);
  }
  if (proof.consistency) {
    const { checkpoint, path } = proof.consistency;
    const earlier = openCheckpoint(checkpoint, keys);
    if (!earlier) wrong.push('the earlier head is not signed by a key of this log');
    else if (earlier.origin !== head.origin) wrong.push(`the earlier head is of the log ${earlier.origin}`);
    else if (!verifyConsistency(path, earlier, head))
      wrong.push(
        `the log of ${head.size} events does not begin with the log of ${earlier.size} that was signed earlier`,
      );
  }
  return wrong;
}
