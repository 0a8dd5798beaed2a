import { signCheckpoint } from '../tree/checkpoint.js';
import { GrowingTree } from '../tree/growing.js';
import { leafHash } from '../tree/hash.js';
import { type NoteSigner, noteSigner, verifierOf } from '../tree/note.js';
import { ErasedAccounts } from './erased-accounts.js';
import { commitTo, leafOf, type SealedEvent } from './leaf.js';
import { format } from './line.js';
import { ExportVerifier, type Report } from './verify-export.js';

const origin = 'console.example/audit';
const ours = noteSigner(origin, Buffer.alloc(32, 1));
const theirs = noteSigner(origin, Buffer.alloc(32, 2));
const salt = Buffer.alloc(32, 3);

/** A line before it is written. */
interface Draft {
  type: string;
  [member: string]: unknown;
}

const eventAt = (n: number, change: Partial<SealedEvent> = {}): SealedEvent => ({
  id: `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  at: `2026-01-01T00:00:${String(n).padStart(2, '0')}.000000Z`,
  recorded_at: `2026-01-01T00:00:${String(n).padStart(2, '0')}.000123Z`,
  event: 'recovery_proven',
  actor: 'person',
  account: commitTo(salt, 'ada').toString('base64url'),
  detail: { kind: 'email', proofs: n },
  ...change,
});

interface Options {
  events?: SealedEvent[];
  signer?: NoteSigner;
  /** Sizes at which a head is signed. */
  heads?: number[];
}

/** The lines of a log of forty events, with heads at 10, 25 and 40. */
function drafts({ events, signer = ours, heads = [10, 25, 40] }: Options = {}): Draft[] {
  const sealed = events ?? Array.from({ length: 40 }, (_, n) => eventAt(n));
  const tree = new GrowingTree();
  const lines: Draft[] = [{ type: 'log', format, origin, first: 0, size: sealed.length }];
  for (const [position, content] of sealed.entries()) {
    const leaf = leafHash(leafOf(content));
    tree.add(leaf);
    const opens = { account_id: 'ada', salt: salt.toString('base64') };
    lines.push({ type: 'event', position, leaf: leaf.toString('base64'), content, opens });
    if (heads.includes(tree.size)) {
      const at = new Date(Date.UTC(2026, 0, 1, 1, tree.size));
      lines.push({
        type: 'checkpoint',
        note: signCheckpoint({ origin, size: tree.size, root: tree.root(), at }, signer),
      });
    }
  }
  return [...lines, { type: 'end', lines: lines.length + 1 }];
}

const notesOf = (lines: Draft[]): string[] =>
  lines.flatMap(({ note }) => (typeof note === 'string' ? [note] : []));

function verify(lines: (Draft | string)[], anchors: string[] = []): Report {
  const verifier = new ExportVerifier({ keys: [verifierOf(ours)], anchors });
  for (const line of lines) verifier.read(typeof line === 'string' ? line : JSON.stringify(line));
  return verifier.end();
}

const at = (lines: Draft[], position: number): number => lines.findIndex((one) => one.position === position);
const without = (lines: Draft[], index: number): Draft[] => lines.filter((_, n) => n !== index);
const replaced = (lines: Draft[], index: number, change: object): Draft[] =>
  lines.map((one, n) => (n === index ? { ...one, ...change } : one));
/** The number of lines is put right, as a thoughtful forger would. */
const counted = (lines: Draft[]): Draft[] =>
  lines.map((one) => (one.type === 'end' ? { ...one, lines: lines.length } : one));

describe('an export', () => {
  const lines = drafts();
  const anchors = notesOf(lines);

  test('that nobody touched is intact, with and without anchors', () => {
    expect(verify(lines)).toEqual({
      origin,
      first: 0,
      size: 40,
      intact: 40,
      checkpoints: 3,
      anchored: 0,
      findings: [],
    });
    expect(verify(lines, anchors)).toMatchObject({ anchored: 3, findings: [] });
  });

  const withoutAccounts = (of: Draft[]) => of.map(({ opens, ...rest }) => rest as Draft);

  test('of an erased account is intact without its id and salt, if an event says that it was to be erased', () => {
    const asked = Array.from({ length: 40 }, (_, n) => eventAt(n, n === 30 ? { event: 'user_erased' } : {}));
    const erased = drafts({ events: asked });
    expect(verify(withoutAccounts(erased), notesOf(erased))).toMatchObject({ intact: 40, findings: [] });
    expect(verify(withoutAccounts(lines), anchors)).toMatchObject({
      intact: 40,
      findings: [{ kind: 'unlinked', position: 0 }],
    });
  });

  test.each([
    ['just behind what is forgotten', false, 0, []],
    ['a day behind it', false, 86_400_000, [7]],
    ['at the start of a whole log', true, 0, [7]],
  ])('an account without an erasure, %s', (_what, isFromStart, later, positions) => {
    const accounts = new ErasedAccounts(isFromStart);
    accounts.read(eventAt(0), { position: 6, isOpen: true });
    const at = new Date(Date.parse(eventAt(0).at) + later).toISOString();
    accounts.read(eventAt(1, { at }), { position: 7, isOpen: false });
    expect(accounts.unexplained()).toEqual(positions);
  });

  const edited = eventAt(17, { actor: 'client:other' });
  const tampered: [string, () => (Draft | string)[], object[]][] = [
    [
      'an edited event',
      () => replaced(lines, at(lines, 17), { content: edited }),
      [{ kind: 'edited', position: 17, what: edited.id }],
    ],
    [
      'an edited event whose hash was made to fit',
      () =>
        replaced(lines, at(lines, 17), {
          content: edited,
          leaf: leafHash(leafOf(edited)).toString('base64'),
        }),
      [
        { kind: 'tree_altered', position: 10, to: 24 },
        { kind: 'tree_altered', position: 10, to: 39 },
      ],
    ],
    [
      'a deleted event',
      () =>
        lines.map(({ content, ...rest }) => (rest.position === 17 ? rest : { ...rest, content }) as Draft),
      [{ kind: 'deleted', position: 17 }],
    ],
    [
      'a deleted event, with its line',
      () => counted(without(lines, at(lines, 17))),
      [{ kind: 'deleted', position: 17, to: 17 }],
    ],
    [
      'two events in another order',
      () =>
        replaced(replaced(lines, at(lines, 17), { content: eventAt(18) }), at(lines, 18), {
          content: eventAt(17),
        }),
      [
        { kind: 'reordered', position: 17, what: `${eventAt(18).id}, which was sealed at 18` },
        { kind: 'reordered', position: 18, what: `${eventAt(17).id}, which was sealed at 17` },
      ],
    ],
    [
      'an event that was never sealed',
      () => counted(lines.toSpliced(at(lines, 17), 0, { type: 'event', content: edited })),
      [{ kind: 'inserted', position: 17, what: edited.id }],
    ],
    [
      'an event at a position that is taken',
      () => counted(lines.toSpliced(at(lines, 18), 0, lines[at(lines, 17)] as Draft)),
      [{ kind: 'inserted', position: 17, what: eventAt(17).id }],
    ],
    [
      'another account under an event',
      () => replaced(lines, at(lines, 17), { opens: { account_id: 'bob', salt: salt.toString('base64') } }),
      [{ kind: 'other_account', position: 17, what: eventAt(17).id }],
    ],
    [
      'a head that somebody else signed',
      () => drafts({ signer: theirs, heads: [40] }),
      [
        { kind: 'tree_altered', position: 0, to: 39, what: 'no head covers them' },
        { kind: 'forged_checkpoint', position: 40 },
      ],
    ],
    [
      'a head that is no signed note',
      () =>
        replaced(
          lines,
          lines.findIndex(({ type }) => type === 'checkpoint'),
          { note: 'signed' },
        ),
      [{ kind: 'forged_checkpoint', position: 10 }],
    ],
    [
      'a head of before behind one of later',
      () => {
        const heads = lines.filter(({ type }) => type === 'checkpoint');
        return counted(lines.toSpliced(-1, 0, heads[0] as Draft));
      },
      [{ kind: 'out_of_order', position: 10 }],
    ],
    ['a file that ends early', () => lines.slice(0, -1), [{ kind: 'ended_early', position: 40 }]],
    [
      'a line that is no line',
      () => lines.map((one, n) => (n === 3 ? '{"type":"other"}' : one)),
      [
        { kind: 'malformed', what: 'line 4' },
        { kind: 'deleted', position: 2, to: 2 },
      ],
    ],
  ];
  test.each(tampered)('with %s is found, at its place', (_, tamper, findings) => {
    expect(verify(tamper(), anchors.slice(0, 1)).findings).toEqual(findings);
  });

  test('that was cut off is found by what an anchor remembers', () => {
    const cut = drafts({ events: Array.from({ length: 25 }, (_, n) => eventAt(n)) });
    expect(verify(cut).findings).toEqual([]);
    expect(verify(cut, anchors).findings).toEqual([
      { kind: 'cut_off', position: 25, to: 39, what: 'an anchor' },
    ]);
  });

  test('of a log that was built anew, also with its own key, is found by what an anchor remembers', () => {
    const events = Array.from({ length: 40 }, (_, n) => (n === 17 ? edited : eventAt(n)));
    const rebuilt = drafts({ events });
    expect(verify(rebuilt).findings).toEqual([]);
    expect(verify(rebuilt, anchors).findings).toEqual([
      { kind: 'rebuilt', position: 10, to: 24, what: 'an anchor' },
      { kind: 'rebuilt', position: 25, to: 39, what: 'an anchor' },
    ]);
  });
});
