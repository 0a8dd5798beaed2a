import type { AccountNotification, PasswordOutcome } from '@rekey/outbox';

/** The sentences of all messages, in one language. */
export interface Wording {
  /** Between a sentence and the address that it announces. */
  colon: string;
  /** Between two sentences. */
  between: string;
  code: {
    subject(service: string): string;
    preview(minutes: number): string;
    heading: string;
    lead(service: string): string;
    good(minutes: number, service: string): string;
    orLink: string;
    linkLabel: string;
    /** Continues in the label of the link. */
    notYou: string;
    stopLabel: string;
    footer(service: string): string;
    sms(service: string, code: string, minutes: number): string;
  };
  completed: {
    subject(service: string): string;
    preview: string;
    heading: string;
    lead(service: string, when: string): string;
    /** @param accountUrl where a person without a password goes */
    was(password: PasswordOutcome, accountUrl: string): string;
    /** For authenticators that were bound recently and no longer count. */
    suspended: string;
    notYouHeading: string;
    notYou(password: PasswordOutcome, signsOut: boolean): string;
    stopLabel: string;
    /** For an address that the account had before. */
    notYouRemoved: string;
    footer(service: string): string;
    sms(service: string, url: string, passwordEnded: boolean): string;
    smsRemoved(service: string): string;
  };
  held: {
    subject(service: string): string;
    preview: string;
    heading: string;
    lead(service: string, when: string): string;
    /** @param url leads the person back, in the browser that started it */
    waits(until: string, url: string): string;
    /** Instead of it, when support has ended the wait. */
    released(url: string): string;
    notYou: string;
    stopLabel: string;
    sms(service: string, until: string, url: string): string;
    smsReleased(service: string, url: string): string;
    smsRemoved(service: string): string;
  };
  /** For a recovery that staff have started for a caller. */
  assisted: {
    subject(service: string): string;
    preview: string;
    heading: string;
    lead(service: string, when: string): string;
    was: string;
    notYou: string;
    stopLabel: string;
    sms(service: string, url: string): string;
    smsRemoved(service: string): string;
  };
  changed: {
    subject(service: string): string;
    heading: string;
    lead(service: string, when: string): string;
    what: Record<AccountNotification, string>;
    notYouHeading: string;
    notYou: string;
    /** For an account that cannot be recovered at present. */
    notYouDisabled(service: string): string;
    recoverLabel: string;
    /** For a message with an undo link. */
    notYouUndo: string;
    undoLabel: string;
    /** For a message about an override, with its stop link. */
    notYouOverride: string;
    stopOverrideLabel: string;
    footer(service: string): string;
    sms(service: string, what: string): string;
    smsUndo(service: string, what: string, url: string): string;
    smsStopOverride(service: string, what: string, url: string): string;
    /** For an account that cannot be recovered at present. */
    smsDisabled(service: string, what: string): string;
  };
}
