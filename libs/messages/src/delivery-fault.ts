/**
 * A message was not sent. `permanent`: the provider will never accept it; otherwise another attempt may succeed. It names the provider's
 * code and nothing else: no address, no text, no credentials.
 */
export class DeliveryFault extends Error {
  constructor(
    readonly permanent: boolean,
    /** `smtp 550`, `twilio 21211`, `ECONNREFUSED`… */
    readonly providerCode: string,
    /** Milliseconds that the provider asks to wait before the next attempt (`Retry-After`). */
    readonly retryAfterMs?: number,
  ) {
    super(`delivery failed ${permanent ? 'for good' : 'for now'}: ${providerCode}`);
  }
}
