/**
 * Whether the process is about to end. From then on its readiness says no, each response is the last one of its connection, and it takes
 * no new work from the queue; requests are still served.
 */
export class Leaving {
  private hasBegun = false;
  private readonly listeners: (() => void)[] = [];

  get begun(): boolean {
    return this.hasBegun;
  }

  /** Again it has no effect. */
  begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    for (const listener of this.listeners) listener();
  }

  /** @param listener does not throw */
  onBegin(listener: () => void): void {
    this.listeners.push(listener);
  }
}
