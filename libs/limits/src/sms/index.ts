export { countSmsProven, forgetSms, smsProvenRows } from './count-proven.js';
export { type Destination, destinationOf, type SmsRefusal } from './destination.js';
export { giveSmsBack } from './give-back.js';
export { readSmsPolicy, type SmsPolicy } from './policy.js';
export { reserveSms, type SmsPaid, type SmsToPay } from './reserve.js';
export type { SmsBreakerOpened } from './reserve-statement.js';
export { segmentsOf } from './segments.js';
