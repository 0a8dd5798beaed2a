import type { Locale } from '@rekey/kernel';
import type { Wording } from './wording.js';
import { wordings } from './wordings.generated.js';

/** All that the pages say to this person, whose service may send no SMS. */
export function wordingOf({ locale, withoutSms }: { locale: Locale; withoutSms: boolean }): Wording {
  const wording = wordings[locale];
  if (!withoutSms) return wording;
  const { account, held, page, proofs, stop, withoutSms: instead } = wording;
  return {
    ...wording,
    account: { ...account, home: { ...account.home, ...instead.account.home } },
    held: { ...held, ...instead.held },
    page: {
      ...page,
      form: { ...page.form, ...instead.page.form },
      code: { ...page.code, ...instead.page.code },
      done: { ...page.done, ...instead.page.done },
    },
    proofs: { ...proofs, other: { ...proofs.other, ...instead.proofs.other } },
    stop: { ...stop, ...instead.stop },
  };
}
