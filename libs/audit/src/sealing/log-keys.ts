import { type Queryable, sql, statement } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { openCheckpoint } from '../tree/checkpoint.js';
import { type NoteSigner, type NoteVerifier, noteSigner, verifierLine, verifierOf } from '../tree/note.js';
import * as statements from './statements.js';

/** Who signs the heads of a log, and whose signatures are believed. */
export interface LogKeys {
  /** Names the log: `rekey/<UUID>`. */
  origin: string;
  /** By the newest key of the keyring. */
  signer: NoteSigner;
  /** One for each key of the keyring, newest first. */
  verifiers: NoteVerifier[];
  /** Whether the newest key has signed a head. */
  isNewest(note: string): boolean;
}

/**
 * The keys of a log, which are derived from those of the keyring: the database holds none of them.
 *
 * @param log UUID, which the database has had from the start
 */
export function logKeysOf(keyring: Keyring, log: string): LogKeys {
  const origin = `rekey/${log}`;
  const signers = keyring.keyIds.map((keyId) =>
    noteSigner(origin, keyring.derive('audit-head', origin, { keyId }) as Buffer),
  );
  const verifiers = signers.map(verifierOf);
  const [signer] = signers as [NoteSigner];
  return {
    origin,
    signer,
    verifiers,
    isNewest: (note) => openCheckpoint(note, verifiers.slice(0, 1)) !== undefined,
  };
}

/** The keys of the log in a database. */
export async function readLogKeys(database: Queryable, keyring: Keyring): Promise<LogKeys> {
  const [row] = await database.query<{ log: string }>(statements.log);
  if (!row) throw new Error('the audit has no name: the row of audit_sealing is missing');
  return logKeysOf(keyring, row.log);
}

const byKey = statement(
  'audit_heads_by_key',
  // A signature begins with the four bytes that name its key (c2sp.org/signed-note).
  sql`select encode(substring(decode(substring(note from '— \\S+ (\\S+)\\n$'), 'base64') from 1 for 4), 'hex') as id,
     count(*)::float8 as heads, max(signed_at) as last_at, max(size) = (select max(size) from audit_checkpoints) as signs
   from audit_checkpoints group by 1 order by min(size)`,
);

/** A key that has signed heads which the log still has, or will sign some. */
export interface HeadKey {
  /** Of the keyring; undefined for a key that it no longer has. */
  keyId: string | undefined;
  /** As in the line of a verifier: hexadecimal. */
  id: string;
  heads: number;
  lastAt: Date | undefined;
  /** Whether it has signed the last head. */
  signsLast: boolean;
}

/** Who has signed the heads that a log has: the keys of the keyring, newest first, then those that it no longer has. */
export async function readHeadKeys(database: Queryable, keyring: Keyring): Promise<HeadKey[]> {
  const { verifiers } = await readLogKeys(database, keyring);
  const found = await database.query<{ id: string; heads: number; last_at: Date; signs: boolean }>(byKey);
  const known = verifiers.map(({ id }, n) => ({ id: id.toString('hex'), keyId: keyring.keyIds[n] }));
  const former = found.filter(({ id }) => !known.some((one) => one.id === id));
  return [...known, ...former.map(({ id }) => ({ id, keyId: undefined }))].map(({ id, keyId }) => {
    const row = found.find((one) => one.id === id);
    return { keyId, id, heads: row?.heads ?? 0, lastAt: row?.last_at, signsLast: row?.signs === true };
  });
}

/** What somebody needs to believe the heads of this log: a line for each key. */
export const verifierLines = ({ verifiers }: LogKeys): string[] => verifiers.map(verifierLine);
