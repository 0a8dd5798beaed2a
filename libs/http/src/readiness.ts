/** Whether the process can serve: each part that requests need adds its own check. */
export class Readiness {
  private readonly checks: (() => Promise<void>)[] = [];

  /** @param check throws when the part does not answer */
  needs(check: () => Promise<void>): void {
    this.checks.push(check);
  }

  /** @throws what the first failing check threw */
  async check(): Promise<void> {
    await Promise.all(this.checks.map((check) => check()));
  }
}
