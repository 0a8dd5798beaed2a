import { openCheckpoint } from '../tree/checkpoint.js';
import { nodeHash } from '../tree/hash.js';
import type { NoteVerifier } from '../tree/note.js';
import { consistencyPath, inclusionPath } from '../tree/proof.js';
import { nodesOf, type Range, splitOf } from '../tree/range.js';
import { type LineOf, readLine } from './line.js';
import { proofFormat, type WrittenProof } from './log-proof.js';

/** What is to be proven: events, or that the log grew from an earlier head. */
export interface ToProve {
  /** Every event of this account. */
  account?: string;
  /** One event, by its id. */
  event?: string;
  /** A head that was signed earlier, as a signed note. */
  earlier?: string;
}

/** Leaves of the subtrees whose roots are kept. */
const remembered = 256;

/** Makes a proof from an export, line by line. It keeps 32 bytes for each event, and the events that are asked for. */
export class ProofMaker {
  readonly #leaves: Buffer[] = [];
  readonly #subtrees: Buffer[] = [];
  /** Roots that many paths have in common. */
  readonly #known = new Map<string, Buffer>();
  readonly #chosen: LineOf<'event'>[] = [];
  #first = 0;
  #last: string | undefined;
  #lastSize = 0;

  constructor(
    private readonly wanted: ToProve,
    private readonly keys: readonly NoteVerifier[],
  ) {}

  /** @throws {Error} when it is no line of an export, or one of an export that was altered */
  read(text: string): void {
    const line = readLine(text);
    if (!line) throw new Error('this is no export of the audit; "rekey audit verify" says more');
    if (line.type === 'log') this.#first = line.first;
    if (line.type === 'subtree') this.#subtrees.push(line.hash);
    if (line.type === 'checkpoint') {
      const head = openCheckpoint(line.note, this.keys);
      if (head) [this.#last, this.#lastSize] = [line.note, head.size];
    }
    if (line.type !== 'event' || line.position === undefined || !line.leaf) return;
    if (line.position !== this.#first + this.#leaves.length)
      throw new Error('events are missing in this export; "rekey audit verify" names them');
    this.#leaves.push(line.leaf);
    const { account, event } = this.wanted;
    if (
      (account !== undefined && line.opens?.account_id === account) ||
      (event !== undefined && line.content?.id === event)
    )
      this.#chosen.push(line);
  }

  /** @throws {Error} that says what the export lacks */
  end(): WrittenProof {
    const size = this.#lastSize;
    if (this.#last === undefined)
      throw new Error('this export has no head that is signed by a key of the log');
    const written = (ranges: Range[]) => ranges.map((range) => this.#root(range).toString('base64'));
    const events = this.#chosen.flatMap(({ position = 0, content, opens }) =>
      content && position < size
        ? [{ position, content, ...(opens ? { opens } : {}), path: written(inclusionPath(position, size)) }]
        : [],
    );
    if (this.wanted.account !== undefined && events.length === 0)
      throw new Error(`no event of this export is about the account ${this.wanted.account}`);
    if (this.wanted.event !== undefined && events.length === 0)
      throw new Error(`this export has no event ${this.wanted.event} that is sealed`);
    const proof = { format: proofFormat, checkpoint: this.#last, events } as const;
    if (this.wanted.earlier === undefined) return proof;
    const earlier = openCheckpoint(this.wanted.earlier, this.keys);
    if (!earlier) throw new Error('the earlier head is not signed by a key of the log');
    if (earlier.size > size)
      throw new Error(`this export ends at ${size}, before the head of ${earlier.size}`);
    const path = earlier.size === 0 || earlier.size === size ? [] : consistencyPath(earlier.size, size);
    return { ...proof, consistency: { checkpoint: this.wanted.earlier, path: written(path) } };
  }

  /** Of what was forgotten, only whole subtrees are known. */
  #root({ start, end }: Range): Buffer {
    const name = `${start}-${end}`;
    const known = this.#known.get(name) ?? this.#subtreeAt(start, end);
    if (known) return known;
    const root = this.#computed({ start, end });
    if (end - start >= remembered) this.#known.set(name, root);
    return root;
  }

  #computed({ start, end }: Range): Buffer {
    if (end - start === 1) {
      const leaf = this.#leaves[start - this.#first];
      if (!leaf) throw new Error(`the export does not tell what is at ${start}: it begins at ${this.#first}`);
      return leaf;
    }
    const middle = start + splitOf(end - start);
    return nodeHash(this.#root({ start, end: middle }), this.#root({ start: middle, end }));
  }

  #subtreeAt(start: number, end: number): Buffer | undefined {
    const at = nodesOf({ start: 0, end: this.#first }).findIndex(
      ({ level, index }) => index * 2 ** level === start && (index + 1) * 2 ** level === end,
    );
    return this.#subtrees[at];
  }
}
