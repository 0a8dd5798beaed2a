import type { StoredTokens } from '@rekey/client';
import { element } from './elements.js';

/** What is signed in, and how old its token is, a few times a second. */
export class TokenView {
  private tokens: StoredTokens | undefined;

  constructor() {
    setInterval(() => this.draw(), 250);
  }

  show(tokens: StoredTokens | undefined): void {
    this.tokens = tokens;
    element('token').hidden = !tokens;
    if (tokens) {
      const { access_token: text } = tokens;
      element('text').textContent = `${text.slice(0, 18)}…${text.slice(-12)}`;
    }
    this.draw();
  }

  private draw(): void {
    if (!this.tokens) return;
    const { received_at, lives_for } = this.tokens;
    const age = Math.max(0, Date.now() - received_at);
    const part = Math.min(1, age / lives_for);
    const bar = element<HTMLProgressElement>('life');
    bar.value = part;
    bar.className = part >= 1 ? 'over' : part >= 0.8 ? 'late' : '';
    const [seconds, all] = [age, lives_for].map((ms) => Math.floor(ms / 1000)) as [number, number];
    element('age').textContent = part >= 1 ? `expired ${seconds - all} s ago` : `${seconds} of ${all} s`;
  }
}
