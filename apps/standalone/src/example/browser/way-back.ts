import type { Client, ProofKind, Recovery, RecoveryCause } from '@rekey/client';
import { act, element, input, onSubmit } from './elements.js';

/** A server that is newer than this app may ask for more. */
const labels: Partial<Record<ProofKind, string>> = {
  totp: 'Code from your authenticator app',
  backup_code: 'Backup code',
};

/** The recovery in the page: identifier, code, and back in. Requests that waited then continue. */
export class WayBack {
  private recovery: Recovery | undefined;
  private answer: ((verdict: boolean) => void) | undefined;

  constructor(private readonly client: () => Client) {
    onSubmit('begin', () => act('way-back-problem', () => this.begin()));
    onSubmit('prove', () => act('way-back-problem', () => this.prove()));
    for (const button of document.querySelectorAll('[data-give-up]'))
      button.addEventListener('click', () => this.close(false));
  }

  /** @returns whether the person came back, once they did or gave up */
  open(cause: RecoveryCause | undefined): Promise<boolean> {
    element('cause').textContent = cause
      ? 'Your session has ended. What you were doing continues when you are back in.'
      : 'We’ll send you a code to confirm it’s you.';
    this.step('begin');
    element('way-back').hidden = false;
    element('way-back-title').focus();
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  close(isBack: boolean): void {
    element('way-back').hidden = true;
    this.answer?.(isBack);
    this.answer = undefined;
    this.recovery = undefined;
  }

  private async begin(): Promise<void> {
    this.recovery = await this.client().startRecovery({ identifier: input('who').value });
    element('link-number').textContent = this.recovery.view.match_number ?? '';
    this.ask('code');
    this.step('prove');
    input('code').focus();
  }

  private async prove(): Promise<void> {
    const { recovery } = this;
    if (!recovery) return;
    // Proven already, where only the password was refused.
    const view =
      recovery.view.state === 'proven'
        ? recovery.view
        : await recovery.prove(input('code').value, input('code').name as ProofKind);
    // Somebody has stopped a recovery of this account: it waits, and every address is told.
    if (view.state === 'held')
      throw new Error(
        `You’ve confirmed it’s you. Come back on ${new Date(view.held_until ?? '').toLocaleString()} or later.`,
      );
    // An account with a second factor needs one more proof.
    if (view.state === 'proving') return this.ask(view.methods[0] ?? 'code');
    await recovery.complete({ password: input('new-password').value });
    this.close(true);
  }

  private ask(kind: ProofKind): void {
    input('code').value = '';
    input('code').name = kind;
    const label = document.querySelector('label[for=code]');
    if (label) label.textContent = labels[kind] ?? 'Code';
  }

  private step(now: 'begin' | 'prove'): void {
    element('way-back-problem').textContent = '';
    for (const id of ['begin', 'prove']) element(id).hidden = id !== now;
  }
}
