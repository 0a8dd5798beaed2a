/** What every page says, and those of a recovery, in one language. */
export interface PageWording {
  skip: string;
  error: string;
  thereIsAProblem: string;
  steps: { label: string; who: string; code: string; fresh: string };
  form: {
    title(service: string): string;
    lead: string;
    leadForApp(app: string): string;
    identifier: string;
    hint: string;
    country: string;
    countryHint: string;
    noCountry: string;
    countryProblem: string;
    submit: string;
    problem: string;
  };
  code: {
    title: string;
    lead: string;
    label: string;
    hint: string;
    submit: string;
    wrong(left: number): string;
    empty: string;
    resendHeading: string;
    resendIn(seconds: number): string;
    resendNow: string;
    tooEarly(seconds: number): string;
    sent: string;
    resend: string;
    byMail: string;
    bySms: string;
    noMessage: string;
    restart: string;
  };
  password: {
    title: string;
    lead: string;
    leadForApp(app: string): string;
    label: string;
    rules: string;
    show: string;
    hide: string;
    submit: string;
    refused: Record<'too_short' | 'too_long' | 'blocklisted' | 'too_similar', string>;
  };
  cancel: { label: string; labelForApp(app: string): string };
  returnToApp: { title: string; lead(app: string): string; submit(app: string): string };
  done: { title: string; lead: string; told: string; signIn: string; backToApp: string };
  notices: Record<NoticeKind, { title: string; text: string }>;
  restart: string;
  /** On the button to the page whose form was not processed. */
  again: string;
  waitMinutes(minutes: number): string;
}

export type NoticeKind =
  | 'over'
  | 'completed'
  | 'cancelled'
  | 'stopped'
  | 'expired'
  | 'no_tries'
  | 'limited'
  | 'unavailable'
  | 'forbidden'
  | 'no_cookies'
  | 'bad_request'
  | 'no_session'
  | 'not_found';
