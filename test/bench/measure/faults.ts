/** The errors of a run, by their sentence, with their counts. */
export class Faults {
  private readonly counts = new Map<string, number>();

  note(fault: unknown): void {
    const sentence = fault instanceof Error ? fault.message || fault.name : String(fault);
    this.counts.set(sentence, (this.counts.get(sentence) ?? 0) + 1);
  }

  add(other: Faults): void {
    for (const [sentence, count] of other.counts)
      this.counts.set(sentence, (this.counts.get(sentence) ?? 0) + count);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  lines(): string[] {
    return [...this.counts]
      .sort(([, one], [, other]) => other - one)
      .map(([sentence, count]) => `${count} × ${sentence}`);
  }
}
