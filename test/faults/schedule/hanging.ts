import type { ServerResponse } from 'node:http';

/** Responses that a server owes, and since when. */
export class Hanging {
  private readonly since = new Map<ServerResponse, number>();

  add(response: ServerResponse): void {
    this.since.set(response, Date.now());
  }

  /** Ends what hangs for so many milliseconds. */
  release(ms: number): void {
    for (const [response, since] of this.since)
      if (Date.now() - since >= ms) {
        response.destroy();
        this.since.delete(response);
      }
  }
}
