import type { BoundKind, CodeSetKind, ProofChange } from '../registry.js';

/** What pages and messages say about the kinds of proof, in one language. */
export interface KindWording {
  /** On the pages, about what a person sets up. */
  bound: Record<
    BoundKind,
    {
      title: string;
      none: string;
      bound(date: string, left: number): string;
      setUp: string;
      replace: string;
      disabled: string;
      /** In a recovery. */
      ask: { label: string; hint: string };
    }
  >;
  /** Beside codes that are shown once. */
  made: Record<CodeSetKind, { title: string; lead: string; warning: string; done: string }>;
  /** In notifications. */
  changes: Record<ProofChange, string>;
}
