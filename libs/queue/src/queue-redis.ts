import { Redis, type RedisOptions } from 'ioredis';

/**
 * A connection for BullMQ that can be closed while its server is away. ioredis stops to wait for the next attempt to connect and says nothing
 * more: no `end`, for which BullMQ waits without limit (bullmq issue 4656), and no fault to the commands that are under way.
 */
export class QueueRedis extends Redis {
  private readonly duplicates: QueueRedis[] = [];
  private isOver = false;

  override disconnect(reconnect = false): void {
    // As one that has not begun to connect: that ends at once, with its commands.
    if (!reconnect && this.status === 'reconnecting') this.status = 'wait';
    super.disconnect(reconnect);
  }

  /** A worker makes its blocking connection of the other one. */
  override duplicate(override?: Partial<RedisOptions>): Redis {
    const duplicate = new QueueRedis({ ...this.options, ...override });
    this.duplicates.push(duplicate);
    return duplicate;
  }

  override async connect(): Promise<void> {
    if (this.isOver) throw new Error('the connection to Redis is closed');
    await super.connect();
  }

  /** Ends its duplicates too. What waits for Redis fails, and nothing connects again. */
  endForGood(): void {
    this.isOver = true;
    this.disconnect();
    for (const duplicate of this.duplicates) duplicate.endForGood();
  }
}
