import type { Subject } from '../every-form.js';

/** What a page says whose form is about something that this browser has put aside, in one language. */
export type ElsewhereWording = Record<
  Subject,
  {
    title: string;
    text: string;
    /** On the button to what this browser has now. */
    continue_: string;
    /** Another way: a beginning, or advice. */
    otherwise: { begin: string } | string;
  }
> & {
  /** Below a page of a recovery: another one goes on in this browser. It was started before this one, after it, or the page shows none. */
  beside: Record<'before' | 'after' | 'alone' | 'continue_', string>;
};
