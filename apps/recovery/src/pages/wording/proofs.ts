/** What the pages of other proofs and of a mail's link say, in one language. */
export interface ProofWording {
  /** Beside the field for a code. */
  otherWay: string;
  /** Before the number. */
  linkNumber: string;
  linkDone: string;
  sendTo(address: string): string;
  other: {
    title: string;
    /** Before anything is proved: the same for everyone. */
    lead: string;
    moreTitle: string;
    moreLead: string;
    submit: string;
    wrong(left: number): string;
    empty: string;
    backToCode: string;
    byCode: string;
  };
  stuck: { title: string; text: string };
  link: {
    title: string;
    lead(service: string): string;
    submit: string;
    warning: string;
    numberTitle: string;
    numberLead: string;
    number: string;
    numberHint: string;
    wrong(left: number): string;
    doneTitle: string;
    done: string;
    goneTitle: string;
    gone: string;
    restart: string;
  };
}
