import { randomBytes } from 'node:crypto';
import type { Database, Queryable, Transaction } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import { commitTo, leafOf } from '../export/leaf.js';
import { readTiles } from '../export/read-tree.js';
import { lastCheckpoint } from '../export/statements.js';
import { type Checkpoint, openCheckpoint, signCheckpoint } from '../tree/checkpoint.js';
import { emptyRoot, leafHash } from '../tree/hash.js';
import { type Edge, edgeTiles, grow, isSameEdge, rootOfEdge } from '../tree/tile.js';
import { type LogKeys, logKeysOf } from './log-keys.js';
import { type EventRow, sealedAs } from './sealed-as.js';
import * as statements from './statements.js';

export interface SealContext {
  database: Database;
  clock: Clock;
  keyring: Keyring;
}

/** Seals what is recorded. One for each process, since it remembers the head that it signed last. */
export class AuditSealer {
  #last: Checkpoint | undefined;
  #keys: (LogKeys & { log: string }) | undefined;
  #root: { of: Edge; hash: Buffer } | undefined;

  constructor(private readonly context: SealContext) {}

  /**
   * Seals the events that are not yet in the tree: a batch a transaction, each with a signed head. Another process that seals at the same
   * time is left to it; while nothing is recorded, nothing is written.
   *
   * @returns how many events were sealed
   * @throws {Error} when the tree in the database is not the one whose head was signed last: nothing is signed then
   */
  async seal(): Promise<number> {
    const { database } = this.context;
    const [due] = await database.query<Pick<statements.Standing, 'log' | 'note'> & { is_due: boolean }>(
      statements.due,
    );
    if (!due || (!due.is_due && !this.isSignedByFormer(due))) return 0;
    let sealed = 0;
    for (;;) {
      const { read, added } = await database.transaction((tx) => this.sealBatch(tx));
      sealed += added;
      if (read < statements.batch) return sealed;
    }
  }

  private async sealBatch(tx: Transaction): Promise<{ read: number; added: number }> {
    const standing = await takeTurn(tx);
    if (!standing) return { read: 0, added: 0 };
    const before = await readEdge(tx, standing.size);
    const head = this.assertSigned(standing, before);
    const { read, after } = await nextRows(tx, standing);
    const rows = read.filter(({ is_sealed }) => !is_sealed);
    const size = standing.size + rows.length;
    await tx.query(statements.putStanding, { ...after, size });
    const edge = rows.length === 0 ? before : await addLeaves(tx, before, rows);
    if (rows.length > 0 || this.isSignedByFormer(standing))
      await this.sign(tx, edge, { keys: this.keysOf(standing), behind: head });
    return { read: read.length, added: rows.length };
  }

  private keysOf({ log }: Pick<statements.Standing, 'log'>): LogKeys {
    if (this.#keys?.log !== log) this.#keys = { log, ...logKeysOf(this.context.keyring, log) };
    return this.#keys;
  }

  /** Whether the last head is to be signed again: the keyring has a newer key. */
  private isSignedByFormer(of: Pick<statements.Standing, 'log' | 'note'>): boolean {
    return of.note !== null && !this.keysOf(of).isNewest(of.note);
  }

  /** @returns the last head; undefined when there is none yet */
  private assertSigned(standing: statements.Standing, edge: Edge): Checkpoint | undefined {
    const { size, note } = standing;
    const keys = this.keysOf(standing);
    const head = note === null ? undefined : openCheckpoint(note, keys.verifiers);
    const wrong = (what: string) =>
      new Error(
        `the audit was altered: ${what}; nothing more is sealed. Compare an export with the anchors ("rekey audit verify")`,
      );
    if (note === null ? size > 0 : !head) throw wrong('its last head is not signed by a key of the keyring');
    if (head?.origin !== undefined && head.origin !== keys.origin)
      throw wrong(`its last head is of the log ${head.origin}, not ${keys.origin}`);
    const root = head?.root ?? emptyRoot;
    if ((head?.size ?? 0) !== size || !this.rootOf(edge).equals(root))
      throw wrong(`its ${size} leaves do not lead to the head that was signed last`);
    if (this.#last && this.#last.size > size)
      throw wrong(`it ends at ${size}, behind a head of ${this.#last.size} that this process has signed`);
    if (!standing.is_sound) throw wrong('sealing was moved ahead of what is sealed');
    return head;
  }

  /** The root over tiles that are, byte for byte, those of the last time is known: the next batch begins with what this one has ended with. */
  private rootOf(edge: Edge): Buffer {
    if (!this.#root || !isSameEdge(this.#root.of, edge)) this.#root = { of: edge, hash: rootOfEdge(edge) };
    return this.#root.hash;
  }

  /** Heads are in the order of their times, whatever the clocks of those who sign them say. */
  private async sign(
    tx: Transaction,
    edge: Edge,
    { keys, behind }: { keys: LogKeys; behind: Checkpoint | undefined },
  ): Promise<void> {
    const { clock } = this.context;
    const checkpoint = {
      origin: keys.origin,
      size: edge.size,
      root: this.rootOf(edge),
      at: new Date(Math.max(clock.now(), behind?.at.getTime() ?? 0)),
    };
    const note = signCheckpoint(checkpoint, keys.signer);
    await tx.query(statements.putCheckpoint, { size: edge.size, note, at: checkpoint.at });
    tx.afterCommit(() => {
      this.#last = checkpoint;
    });
  }
}

/** Where sealing stands, for the one who may go on until the transaction ends. */
async function takeTurn(tx: Queryable): Promise<statements.Standing | undefined> {
  const [taken] = await tx.query<Omit<statements.Standing, 'note' | 'is_sound'>>(statements.take);
  if (!taken) return undefined;
  const [head] = await tx.query<{ note: string }>(lastCheckpoint);
  const [place] = await tx.query<{ is_sound: boolean }>(statements.sound);
  return { ...taken, is_sound: place?.is_sound === true, note: head?.note ?? null };
}

interface FoundRow extends EventRow {
  recorded_in: string;
  is_sealed: boolean;
}

interface Next {
  read: FoundRow[];
  after: { recordedIn: string; eventId: string; othersSealed: boolean };
}

async function nextRows(tx: Queryable, standing: statements.Standing): Promise<Next> {
  const { recorded_in: recordedIn, event_id: eventId, others_sealed: othersSealed } = standing;
  const statement = othersSealed ? statements.next : statements.nextOfOthers;
  const read = await tx.query<FoundRow>(statement, { recordedIn, eventId, limit: statements.batch });
  const last = read.at(-1);
  if (last) return { read, after: { recordedIn: last.recorded_in, eventId: last.id, othersSealed } };
  if (othersSealed) return { read, after: { recordedIn, eventId, othersSealed } };
  return { read, after: { ...statements.start, othersSealed: true } };
}

async function addLeaves(tx: Queryable, before: Edge, rows: EventRow[]): Promise<Edge> {
  const accounts = await commitments(tx, rows);
  const commitmentOf = ({ account_id }: EventRow) => (account_id === null ? null : accounts.get(account_id));
  const { edge, tiles } = grow(
    before,
    rows.map((row) => leafHash(leafOf(sealedAs(row, commitmentOf(row) ?? null)))),
  );
  await tx.query(statements.putTiles, {
    levels: tiles.map(({ level }) => level),
    indexes: tiles.map(({ index }) => index),
    hashes: tiles.map((tile) => tile.hashes),
  });
  await tx.query(statements.putLeaves, {
    from: before.size,
    ids: rows.map(({ id }) => id),
    accounts: rows.map(commitmentOf),
  });
  return edge;
}

/** The commitment to each account of these events. */
async function commitments(tx: Queryable, rows: EventRow[]): Promise<Map<string, Buffer>> {
  const accounts = [...new Set(rows.flatMap(({ account_id }) => account_id ?? []))];
  if (accounts.length === 0) return new Map();
  const found = await tx.query<{ account_id: string; salt: Buffer }>(statements.salts, {
    accounts,
    salts: accounts.map(() => randomBytes(32)),
  });
  return new Map(found.map(({ account_id, salt }) => [account_id, commitTo(salt, account_id)]));
}

async function readEdge(tx: Queryable, size: number): Promise<Edge> {
  const places = edgeTiles(size);
  const tiles = await readTiles(tx, places);
  const last: Buffer[] = Array.from({ length: (places.at(-1)?.level ?? -1) + 1 }, () => Buffer.alloc(0));
  for (const { level, hashes } of tiles) last[level] = hashes;
  return { size, last };
}
