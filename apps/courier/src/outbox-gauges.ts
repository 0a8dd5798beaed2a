import { Inject, Injectable } from '@nestjs/common';
import { type MessageContext, messagesWaiting } from '@rekey/recovery';
import { Watch } from '@rekey/watch';
import { CONTEXT } from './providers.js';

/** How many messages wait, and how long the oldest has: asked at each scrape, whichever of the two comes first, by one cheap query. */
@Injectable()
export class OutboxGauges {
  private answer: ReturnType<typeof messagesWaiting> | undefined;

  constructor(
    @Inject(CONTEXT) private readonly context: MessageContext,
    watch: Watch,
  ) {
    watch.gauge('outbox_messages', async () => [{ labels: {}, value: (await this.ask()).count }]);
    watch.gauge('oldest_message_age_seconds', async () => [
      { labels: {}, value: (await this.ask()).oldestMs / 1000 },
    ]);
  }

  private ask(): ReturnType<typeof messagesWaiting> {
    this.answer ??= messagesWaiting(this.context).finally(() => {
      this.answer = undefined;
    });
    return this.answer;
  }
}
