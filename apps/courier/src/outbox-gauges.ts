import { Inject, Injectable } from '@nestjs/common';
import { countOutbox, type MessageContext } from '@rekey/outbox';
import { Telemetry } from '@rekey/telemetry';
import { CONTEXT } from './providers.js';

/** How many messages wait, and how long the oldest has: asked at each scrape, whichever of the two comes first, by one cheap query. */
@Injectable()
export class OutboxGauges {
  private answer: ReturnType<typeof countOutbox> | undefined;

  constructor(
    @Inject(CONTEXT) private readonly context: MessageContext,
    telemetry: Telemetry,
  ) {
    telemetry.gauge('outbox_messages', async () => [{ labels: {}, value: (await this.ask()).count }]);
    telemetry.gauge('oldest_message_age_seconds', async () => [
      { labels: {}, value: (await this.ask()).oldestMs / 1000 },
    ]);
  }

  private ask(): ReturnType<typeof countOutbox> {
    this.answer ??= countOutbox(this.context).finally(() => {
      this.answer = undefined;
    });
    return this.answer;
  }
}
