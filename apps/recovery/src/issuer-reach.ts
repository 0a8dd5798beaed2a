import type { Log } from '@rekey/http';

/** At most one request in this time, however often somebody asks. */
const askAgainAfterMs = 5_000;

export interface ReachParts {
  /** Asks the issuer. Settles within a second. @throws the reason when it does not respond, or something else responds there */
  ask: () => Promise<void>;
  /** Where it is called. */
  url: string;
  /** The variable that says so; undefined where no variable does. */
  setting?: string | undefined;
  log: Pick<Log, 'warn' | 'info'>;
  /** Milliseconds, which only rise. */
  now?: () => number;
}

interface Away {
  /** Why it cannot be reached. */
  fault: unknown;
}

/**
 * Whether the issuer can be reached, for readiness and metrics: without it, recoveries start and are proven, but none ends with
 * credentials. It decides nothing: a recovery asks the issuer itself. The log says it at the start, and then when it changes.
 */
export class IssuerReach {
  private last: { at: number; away: Away | undefined } | undefined;
  private asking: Promise<Away | undefined> | undefined;
  private isTold = false;
  private isClosed = false;

  constructor(private readonly parts: ReachParts) {}

  /** @throws why it cannot be reached, as of the last five seconds */
  async check(): Promise<void> {
    const away = await this.away();
    if (away) throw away.fault;
  }

  /** Whether it can be reached, as of the last five seconds. */
  async isThere(): Promise<boolean> {
    return (await this.away()) === undefined;
  }

  /** Asks again if it was away when somebody last asked: the log then says when it is back, also if nobody asks for readiness. */
  async lookAgain(): Promise<void> {
    if (this.last?.away) await this.away();
  }

  /** A request under way has no consequence any more. */
  close(): void {
    this.isClosed = true;
  }

  private async away(): Promise<Away | undefined> {
    const { now = () => performance.now() } = this.parts;
    if (this.asking === undefined && this.last && now() - this.last.at < askAgainAfterMs)
      return this.last.away;
    this.asking ??= this.ask(now).finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async ask(now: () => number): Promise<Away | undefined> {
    const away = await this.parts.ask().then(
      () => undefined,
      (fault: unknown) => ({ fault }),
    );
    if (this.isClosed) return away;
    this.last = { at: now(), away };
    if (this.isTold !== (away !== undefined)) this.tell(away);
    return away;
  }

  private tell(away: Away | undefined): void {
    const { url, setting, log } = this.parts;
    this.isTold = away !== undefined;
    if (!away) {
      log.info({ url }, `the issuer responds again at ${url}`);
      return;
    }
    const advice =
      setting === 'ISSUER_URL' ? '; set ISSUER_INTERNAL_URL if this URL does not lead there from here' : '';
    const what = `the issuer does not respond at ${url}: no recovery ends with credentials until it does`;
    log.warn({ err: away.fault, url, setting }, `${what}${setting ? ` (${setting})` : ''}${advice}`);
  }
}
