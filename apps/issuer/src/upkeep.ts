import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { sealedPasswords, sealedPuts } from '@rekey/accounts';
import { resealRows } from '@rekey/database';
import { CONTEXT, LOG, type Log, PeriodicWork, Resources } from '@rekey/http';
import { Telemetry } from '@rekey/telemetry';
import { pruneUsedTokens } from '@rekey/tokens';
import type { IssuerContext } from './providers.js';

const sweepEveryMs = 60_000;

/** What the issuer does unasked: it prunes used tokens, rotates its keys, tells their age, and seals passwords under the newest key. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap {
  constructor(
    @Inject(CONTEXT) private readonly context: IssuerContext,
    private readonly periodic: PeriodicWork,
    private readonly resources: Resources,
    private readonly telemetry: Telemetry,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.tellAges();
    const { database, clock, keys } = this.context;
    await this.periodic.start('tokens', sweepEveryMs, () =>
      Promise.all([pruneUsedTokens(database, clock.now()), keys.rotate()]),
    );
    await this.resources.open(
      () => this.startSealing(),
      (sealing) => sealing.stop(),
    );
  }

  /** How old the signing keys are: from memory, at each scrape. */
  private tellAges(): void {
    const { keys, clock } = this.context;
    const seconds = (of: (key: { since: number; due: number }) => number) => async () =>
      (await keys.ages()).map(({ use, ...key }) => ({ labels: { use }, value: of(key) / 1000 }));
    this.telemetry.gauge(
      'signing_key_age_seconds',
      seconds(({ since }) => clock.now() - since),
    );
    this.telemetry.gauge(
      'signing_key_rotation_seconds',
      seconds(({ due }) => due - clock.now()),
    );
  }

  /**
   * Seals the hashes that a release before has stored in clear, what it knew of those that were put, and those under older keys. It may
   * end at any moment: the next start continues.
   */
  private startSealing(): { stop(): Promise<void> } {
    const ending = new AbortController();
    const { database, keyring } = this.context;
    const seal = async () => {
      for (const rows of [sealedPasswords, sealedPuts])
        await resealRows(database, keyring, rows, {
          pause: () => pause(250, undefined, { signal: ending.signal }),
          progress: () => ending.signal.throwIfAborted(),
        });
    };
    const sealed = seal().catch((fault: unknown) => {
      if (!ending.signal.aborted) this.log.warn({ err: fault }, 'sealing of passwords');
    });
    return {
      stop: () => {
        ending.abort();
        return sealed;
      },
    };
  }
}
