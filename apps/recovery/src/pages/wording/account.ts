/** What the pages of a person's own authenticators say, in one language. */
export interface AccountWording {
  signIn: {
    title: string;
    lead: string;
    deviceTitle: string;
    deviceLead: string;
    identifier: string;
    password: string;
    second: string;
    secondHint: string;
    submit: string;
    wrong: string;
    needsSecond: string;
    limited(minutes: number): string;
    lost: string;
  };
  home: {
    title: string;
    lead: string;
    remove: string;
    /** A recovery has set it aside. Network and client that it was set up from, where they are known. */
    suspended(from: string | undefined, client: string | undefined): string;
    /** It counts in a recovery from this time on. */
    countsFrom(time: string): string;
    restore: string;
    /** Another of the kind is set up by now. */
    otherFirst: string;
    restored: string;
    signOut: string;
    bound: string;
    removed: string;
  };
  bind: {
    title: string;
    lead: string;
    picture: string;
    byHand: string;
    code: string;
    codeHint: string;
    submit: string;
    wrong: string;
    gone: string;
    cancel: string;
  };
}
