import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { eraseAccounts, pushHeads, thinHeads } from '@rekey/audit';
import { LOG, type Log, PeriodicWork } from '@rekey/http';
import { countConversions, pruneSms } from '@rekey/limits';
import { type MessageContext, sweepMessages, sweepReceipts } from '@rekey/outbox';
import type { JobQueue } from '@rekey/queue';
import { eraseAssists, sweepRecoveries } from '@rekey/recovery';
import { eraseOverrides } from '@rekey/staff';
import { AUDIT, type Audit } from './audit-provider.js';
import { CONTEXT, QUEUE } from './providers.js';

/** Milliseconds from the end of a round of each sweep to the start of the next. */
export const sweepPeriods = {
  messages: 1_000,
  recoveries: 15_000,
  sms_proven: 2_000,
  sms_cost: 600_000,
  audit: 1_000,
  audit_upkeep: 60_000,
  audit_anchors: 60_000,
};

export type SweepPeriods = typeof sweepPeriods;

export const PERIODS = Symbol('SweepPeriods');

/** What the courier does unasked: it finds messages without a job, ends recoveries, closes SMS breakers, seals the audit, prunes. */
@Injectable()
export class Sweeps implements OnApplicationBootstrap {
  constructor(
    @Inject(CONTEXT) private readonly context: MessageContext,
    @Inject(QUEUE) private readonly queue: JobQueue,
    @Inject(PERIODS) private readonly periods: SweepPeriods,
    private readonly periodic: PeriodicWork,
    @Inject(LOG) private readonly log: Log,
    @Inject(AUDIT) private readonly audit: Audit,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { context, periods, periodic } = this;
    const { database, clock } = context;
    await periodic.start('messages', periods.messages, () => this.enqueueFound());
    await periodic.start('recoveries', periods.recoveries, () => sweepRecoveries(context));
    await periodic.start('sms_proven', periods.sms_proven, async () => {
      const closed = await countConversions(database, clock.now());
      for (const prefix of closed) this.log.info({ prefix }, 'SMS breaker closed');
    });
    await periodic.start('sms_cost', periods.sms_cost, async () => {
      await pruneSms(database, clock.now());
      await sweepReceipts(context);
    });
    await periodic.start('audit', periods.audit, () => this.audit.sealer.seal());
    await periodic.start('audit_upkeep', periods.audit_upkeep, async () => {
      await eraseAccounts(database, [eraseOverrides, eraseAssists]);
      await thinHeads(database, new Date(clock.now()));
    });
    // Of its own: neither does a fault of the upkeep keep heads from the anchors, nor one of an anchor look like one of the upkeep.
    await periodic.start('audit_anchors', periods.audit_anchors, () =>
      pushHeads(context, this.audit.anchors),
    );
  }

  private async enqueueFound(): Promise<void> {
    const { codes, notices } = await sweepMessages(this.context);
    await this.queue.enqueueAll(
      'send_message',
      codes.map((messageId) => ({ jobId: messageId, payload: { messageId } })),
    );
    // One job each, under an id that stays: while it is in the queue or under way, there is no second one.
    await this.queue.enqueueAll(
      'send_notices',
      notices.map((messageId) => ({ jobId: messageId, payload: { messageIds: [messageId] } })),
    );
  }
}
