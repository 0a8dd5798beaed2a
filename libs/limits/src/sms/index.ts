export { conversionRows, countConversions, pruneSms } from './conversion.js';
export { type Destination, destinationOf, type SmsRefusal, smsRefusals } from './destination.js';
export { readSmsPolicy, type SmsPolicy } from './policy.js';
export { refundSms } from './refund.js';
export { reserveSms, type SmsPaid, type SmsToPay } from './reserve.js';
export type { SmsCircuitBreakerOpened } from './reserve-statement.js';
export { segmentsOf } from './segments.js';
