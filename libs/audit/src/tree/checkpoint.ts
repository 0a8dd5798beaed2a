import { hashLength } from './hash.js';
import { type NoteSigner, type NoteVerifier, openNote, signNote } from './note.js';
import type { TreeHead } from './verify.js';

/** A head of the tree of one log, as it is signed (c2sp.org/tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** Names the log. */
  origin: string;
  /** When it was signed: an extension line, `time <RFC 3339>`. */
  at: Date;
}

export const signCheckpoint = ({ origin, size, root, at }: Checkpoint, signer: NoteSigner): string =>
  signNote(`${origin}\n${size}\n${root.toString('base64')}\ntime ${at.toISOString()}\n`, signer);

/** @returns undefined unless it is a checkpoint that one of these has signed */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): Checkpoint | undefined {
  const [origin, size, root, time] = openNote(note, verifiers)?.split('\n') ?? [];
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size ?? '') || !root || !time?.startsWith('time '))
    return undefined;
  const hash = Buffer.from(root, 'base64');
  const at = new Date(time.slice('time '.length));
  if (hash.length !== hashLength || Number.isNaN(at.getTime())) return undefined;
  return { origin, size: Number(size), root: hash, at };
}
