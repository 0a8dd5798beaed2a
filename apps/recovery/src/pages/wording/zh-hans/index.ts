import type { Wording } from '../wording.js';
import { account } from './account.js';
import { assist } from './assist.js';
import { device } from './device.js';
import { elsewhere } from './elsewhere.js';
import { held } from './held.js';
import { page } from './page.js';
import { proofs } from './proofs.js';
import { stop } from './stop.js';
import { withoutSms } from './without-sms.js';

export const wording: Wording = { account, assist, device, elsewhere, held, page, proofs, stop, withoutSms };
