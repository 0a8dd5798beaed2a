import type { OnApplicationShutdown } from '@nestjs/common';

/** The starting app has been given up: nothing more is opened for it. */
class ClosedResources extends Error {
  constructor() {
    super('nothing can be opened any more: what was open is being closed');
  }
}

/**
 * All that a process has opened: it closes each part once, the last one first.
 *
 * Nest calls `onApplicationShutdown` after the HTTP server has ended its requests, but only of an app that was created. The starter
 * therefore makes the `Resources`, provides them, and closes them itself when the start fails.
 */
export class Resources implements OnApplicationShutdown {
  private readonly opening = new Set<Promise<unknown>>();
  private readonly closers: (() => unknown)[] = [];
  private closing: Promise<void> | undefined;

  /**
   * Opens a part, and closes it at the end.
   *
   * @param start opens nothing that stays open when it fails
   * @throws what `start` throws; also after closing has started, since Nest still builds the other providers of a failed start
   */
  async open<Part>(start: () => Part | Promise<Part>, close: (part: Part) => unknown): Promise<Part> {
    if (this.closing !== undefined) throw new ClosedResources();
    const opening = (async () => {
      const part = await start();
      this.closers.push(() => close(part));
      return part;
    })();
    this.opening.add(opening);
    try {
      return await opening;
    } finally {
      this.opening.delete(opening);
    }
  }

  /**
   * Closes everything, whichever parts fail at it; at a further call it is the same closing. A part that is still being opened is waited
   * for, and closed too.
   *
   * @throws what a part threw; an {@link AggregateError} when there were several
   */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  /** The fault of a part is thrown by {@link close}, which the starter calls: Nest would only log it. */
  async onApplicationShutdown(): Promise<void> {
    await this.close().catch(() => undefined);
  }

  private async closeAll(): Promise<void> {
    await Promise.allSettled(this.opening);
    const faults: unknown[] = [];
    for (const close of this.closers.reverse()) {
      try {
        await close();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 1) throw new AggregateError(faults, `${faults.length} parts did not close`);
    if (faults.length === 1) throw faults[0];
  }
}
