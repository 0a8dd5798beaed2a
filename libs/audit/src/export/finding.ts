/** What a verifier may find, with the words that explain it. */
export const findingKinds = {
  malformed: 'is no line of an export',
  ended_early: 'the file ends before its last line, or lines are missing or were added',
  edited: 'the event is not the one that was sealed',
  deleted: 'an event that was sealed is missing',
  reordered: 'the event was sealed at another position',
  inserted: 'an event stands where none was sealed',
  other_account: 'the event is not about the account that it names',
  unlinked: 'the event does not say which account it is about, and no event says that this account is erased',
  tree_altered: 'the hashes of the tree do not lead to a signed head',
  forged_checkpoint: 'a head of the tree has no good signature of a key of this log',
  out_of_order: 'heads of the tree are not in the order of their sizes and times, or are of another log',
  cut_off: 'the log ends before a head that was signed; take the heads of anchors before the export',
  rebuilt: 'another log was signed at that size: the log was rebuilt, or two are shown',
} as const;

export type FindingKind = keyof typeof findingKinds;

export interface Finding {
  kind: FindingKind;
  /** The first position in the tree that is known to be concerned. */
  position?: number;
  /** The last one, where it is known only between which two. */
  to?: number;
  /** What was found there: a line, an event, another position. */
  what?: string;
}
