import { type Checkpoint, openCheckpoint } from '../tree/checkpoint.js';
import { GrowingTree } from '../tree/growing.js';
import { leafHash } from '../tree/hash.js';
import type { NoteVerifier } from '../tree/note.js';
import { ErasedAccounts } from './erased-accounts.js';
import type { Finding, FindingKind } from './finding.js';
import { commitTo, leafOf } from './leaf.js';
import { type LineOf, readLine } from './line.js';

export interface Trusted {
  /** Whose heads are believed: from outside of the file and of the database. */
  keys: readonly NoteVerifier[];
  /** Heads that anchors have kept, as signed notes. */
  anchors: readonly string[];
}

export interface Report {
  origin: string | undefined;
  /** Positions whose events were read: from, up to and without. */
  first: number;
  size: number;
  /** Events that are, to the byte, those that were sealed. */
  intact: number;
  /** Heads whose signature and root are right. */
  checkpoints: number;
  /** Anchors whose head is one of the tree that was read. */
  anchored: number;
  /** In the order of their positions; none when the file is what was sealed. */
  findings: Finding[];
}

/** An event that is not what the tree has at its position. */
interface Mismatch {
  position: number;
  leaf: string;
  /** The hash of what is there, unless there is nothing. */
  found: string | undefined;
  id: string | undefined;
}

/** Checks one export, line by line, in memory that grows with what is wrong, and with the accounts that are erased. */
export class ExportVerifier {
  readonly #findings: Finding[] = [];
  readonly #mismatches: Mismatch[] = [];
  readonly #subtrees: Buffer[] = [];
  readonly #anchors: Checkpoint[] = [];
  #log: LineOf<'log'> | undefined;
  #tree: GrowingTree | undefined;
  /** Hashes are missing, so no root can be computed from here on. */
  #lost = false;
  #last: Checkpoint | undefined;
  /** Where the tree was last known to be right. */
  #rightUntil = 0;
  #lines = 0;
  #ended = false;
  #intact = 0;
  #checkpoints = 0;
  #anchored = 0;
  #accounts = new ErasedAccounts(true);

  constructor(private readonly trusted: Trusted) {
    for (const note of trusted.anchors) {
      const head = openCheckpoint(note, trusted.keys);
      if (head) this.#anchors.push(head);
      else this.#found('forged_checkpoint', { what: 'an anchor' });
    }
    this.#anchors.sort((one, other) => one.size - other.size);
  }

  /** @param text a line of the file, without its end */
  read(text: string): undefined {
    const number = ++this.#lines;
    const line = readLine(text);
    if (!line || this.#ended || (line.type === 'log') !== (number === 1))
      return this.#found('malformed', { what: `line ${number}` });
    switch (line.type) {
      case 'log':
        this.#log = line;
        this.#rightUntil = line.first;
        this.#accounts = new ErasedAccounts(line.first === 0);
        break;
      case 'subtree':
        this.#subtrees.push(line.hash);
        break;
      case 'event':
        this.#event(line);
        break;
      case 'checkpoint':
        this.#checkpoint(line);
        break;
      case 'end':
        this.#ended = true;
        if (line.lines !== number)
          this.#found('ended_early', { what: `${number} lines instead of ${line.lines}` });
    }
  }

  end(): Report {
    const size = this.#treeRead().size;
    if (!this.#ended) this.#found('ended_early', { position: size });
    this.#nameMismatches();
    for (const position of this.#accounts.unexplained()) this.#found('unlinked', { position });
    for (const anchor of this.#anchors)
      this.#found('cut_off', { position: size, to: anchor.size - 1, what: 'an anchor' });
    if (this.#log && this.#log.size > size)
      this.#found('cut_off', { position: size, to: this.#log.size - 1 });
    if (this.#last ? this.#last.size < size : size > 0)
      this.#found('tree_altered', { position: this.#rightUntil, to: size - 1, what: 'no head covers them' });
    return {
      origin: this.#log?.origin,
      first: this.#log?.first ?? 0,
      size,
      intact: this.#intact,
      checkpoints: this.#checkpoints,
      anchored: this.#anchored,
      findings: this.#findings.sort((one, other) => (one.position ?? -1) - (other.position ?? -1)),
    };
  }

  #found(kind: FindingKind, where: Omit<Finding, 'kind'>): undefined {
    this.#findings.push({ kind, ...where });
  }

  /** The tree, which begins with the subtrees of the file. */
  #treeRead(): GrowingTree {
    if (this.#tree) return this.#tree;
    const first = this.#log?.first ?? 0;
    try {
      this.#tree = new GrowingTree(first, this.#subtrees);
    } catch {
      this.#lost = true;
      this.#found('tree_altered', { position: 0, to: first - 1, what: 'subtrees' });
      this.#tree = new GrowingTree();
    }
    this.#passAnchors();
    return this.#tree;
  }

  #event({ position, leaf, content, opens }: LineOf<'event'>): undefined {
    const tree = this.#treeRead();
    const id = content?.id;
    if (position === undefined || leaf === undefined || position < tree.size)
      return this.#found('inserted', { position: position ?? tree.size, ...(id ? { what: id } : {}) });
    if (position > tree.size) {
      // Without their hashes nothing behind them can be checked against a root.
      this.#found('deleted', { position: tree.size, to: position - 1 });
      this.#lost = true;
    }
    while (tree.size <= position) tree.add(leaf);
    const found = content && leafHash(leafOf(content));
    if (!content || !found?.equals(leaf))
      this.#mismatches.push({ position, leaf: leaf.toString('hex'), found: found?.toString('hex'), id });
    else if (
      opens &&
      commitTo(Buffer.from(opens.salt, 'base64'), opens.account_id).toString('base64url') !== content.account
    )
      this.#found('other_account', { position, what: content.id });
    else {
      this.#intact++;
      this.#accounts.read(content, { position, isOpen: opens !== undefined });
    }
    this.#passAnchors();
  }

  #checkpoint({ note }: LineOf<'checkpoint'>): undefined {
    const tree = this.#treeRead();
    const head = openCheckpoint(note, this.trusted.keys);
    if (!head) return this.#found('forged_checkpoint', { position: tree.size });
    const isBehind = this.#last && (head.size < this.#last.size || head.at < this.#last.at);
    if (isBehind || head.origin !== this.#log?.origin)
      return this.#found('out_of_order', { position: head.size });
    this.#last = head;
    if (head.size > tree.size) return this.#found('deleted', { position: tree.size, to: head.size - 1 });
    if (head.size < tree.size) return this.#found('out_of_order', { position: head.size });
    if (this.#lost) return;
    if (head.root.equals(tree.root())) {
      this.#checkpoints++;
      this.#rightUntil = head.size;
    } else {
      this.#found('tree_altered', { position: this.#rightUntil, to: head.size - 1 });
    }
  }

  /** Compares the tree with the heads that anchors have of this size. */
  #passAnchors(): void {
    const tree = this.#tree as GrowingTree;
    for (let anchor = this.#anchors[0]; anchor && anchor.size <= tree.size; anchor = this.#anchors[0]) {
      this.#anchors.shift();
      if (this.#lost || anchor.size < tree.size) continue;
      if (anchor.origin === this.#log?.origin && anchor.root.equals(tree.root())) this.#anchored++;
      else this.#found('rebuilt', { position: this.#rightUntil, to: anchor.size - 1, what: 'an anchor' });
    }
  }

  /** Tells what was moved from what was changed: moved events are found at each other's positions. */
  #nameMismatches(): void {
    const places = new Map(this.#mismatches.map(({ leaf, position }) => [leaf, position]));
    for (const { position, found, id } of this.#mismatches) {
      const sealedAt = found === undefined ? undefined : places.get(found);
      const what = id === undefined ? {} : { what: id };
      if (found === undefined) this.#found('deleted', { position });
      else if (sealedAt === undefined) this.#found('edited', { position, ...what });
      else this.#found('reordered', { position, what: `${id}, which was sealed at ${sealedAt}` });
    }
  }
}
