import type { BoundKind, CodeSetKind } from '@rekey/proofs';

/** What the pages say about each kind of proof that a person sets up, in one language. */
export interface KindWording {
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
}
