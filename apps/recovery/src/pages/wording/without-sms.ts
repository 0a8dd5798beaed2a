import type { AccountWording } from './account.js';
import type { HeldWording } from './held.js';
import type { PageWording } from './page.js';
import type { ProofWording } from './proofs.js';
import type { StopWording } from './stop.js';

/** What the pages say instead where no SMS are sent, in one language. */
export interface WordingWithoutSms {
  page: {
    form: Pick<PageWording['form'], 'lead' | 'leadForApp'>;
    code: Pick<PageWording['code'], 'lead' | 'hint'>;
    done: Pick<PageWording['done'], 'told'>;
  };
  proofs: { other: Pick<ProofWording['other'], 'backToCode' | 'byCode'> };
  held: Pick<HeldWording, 'told'>;
  stop: Pick<StopWording, 'held'>;
  account: { home: Pick<AccountWording['home'], 'lead'> };
}
