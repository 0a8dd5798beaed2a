/** What the pages say where a person stops a recovery, in one language. `signsOut`: what it has given out ends with it. */
export interface StopWording {
  title: string;
  lead(service: string): string;
  what(signsOut: boolean): string;
  submit: string;
  /** `undone`: of a recovery that was completed, or of something that was set up. */
  doneTitle: Record<'stopped' | 'undone', string>;
  doneBefore: string;
  doneAfter(signsOut: boolean): string;
  /** The password from before is good again. */
  restored: string;
  /** @param hours how long the next recovery of the account waits */
  held(hours: number): string;
  /** @param hours how long the next recovery of the account waits; 0 if it does not */
  next(signsOut: boolean, hours: number): string;
  recover: string;
  /** Of something that was set up, instead of a recovery. */
  binding: { lead(service: string): string; what: string; submit: string; done: string; next: string };
  /** Of staff who let somebody in without a proof, instead of a recovery. */
  override: { lead(service: string): string; what: string; submit: string; done: string };
  goneTitle: string;
  gone: string;
}
