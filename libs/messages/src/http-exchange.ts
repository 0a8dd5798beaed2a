import type { Clock, Timer } from '@rekey/kernel';
import { Breaker, type BreakerTransition } from './breaker.js';
import { attemptMs, within } from './deadline.js';
import { DeliveryFault } from './delivery-fault.js';

/** What protects one HTTP API from the courier, and the courier from it: a deadline for each exchange, and a circuit breaker. */
export class HttpExchange {
  private readonly breaker: Breaker;

  constructor(
    private readonly options: {
      clock: Clock;
      timer: Timer;
      onBreaker?: ((to: BreakerTransition) => void) | undefined;
    },
  ) {
    this.breaker = new Breaker(options.clock, options.onBreaker);
  }

  /**
   * @param exchange from the name lookup to the end of the response
   * @throws {DeliveryFault} at once when the API has failed several times in a row; and when there was no response in time. A 5xx and no
   *   response are failures of the API, any other response is not
   */
  async run<Response extends { statusCode: number }>(
    exchange: (signal: AbortSignal) => Promise<Response>,
  ): Promise<Response> {
    const { breaker } = this;
    if (!breaker.admits()) throw new DeliveryFault(false, 'circuit breaker open');
    let isResponsive = false;
    try {
      const response = await within(attemptMs, this.options.timer, exchange);
      isResponsive = response.statusCode < 500;
      return response;
    } catch (fault) {
      const { code, name }: Partial<NodeJS.ErrnoException> = Object(fault);
      throw new DeliveryFault(false, typeof code === 'string' ? code : (name ?? 'unknown'));
    } finally {
      if (isResponsive) breaker.succeeded();
      else breaker.failed();
    }
  }
}
