import type { AccountWording } from './account.js';
import type { AssistWording } from './assist.js';
import type { DeviceWording } from './device.js';
import type { ElsewhereWording } from './elsewhere.js';
import type { HeldWording } from './held.js';
import type { PageWording } from './page.js';
import type { ProofWording } from './proofs.js';
import type { StopWording } from './stop.js';
import type { WordingWithoutSms } from './without-sms.js';

/** All that the pages say, in one language. */
export interface Wording {
  account: AccountWording;
  assist: AssistWording;
  device: DeviceWording;
  elsewhere: ElsewhereWording;
  held: HeldWording;
  page: PageWording;
  proofs: ProofWording;
  stop: StopWording;
  withoutSms: WordingWithoutSms;
}
