/** What the pages say to a caller whom support helps to start a recovery, in one language. */
export interface AssistWording {
  form: { title: string; lead: string; code: string; hint: string; submit: string; warning: string };
  number: {
    title: string;
    lead: string;
    label: string;
    next: string;
    continue_: string;
    warning: string;
    otherCode: string;
  };
  /** The number was not matched: in time, or at all. */
  over: string;
  problems: { unknown: string; limited: string };
}
