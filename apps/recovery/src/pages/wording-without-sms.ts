import type { Locale } from '@rekey/kernel';
import type { PageContext } from './shell.js';
import type { PageWording } from './wording.js';
import type { AccountWording } from './wording-account.js';
import type { HeldWording } from './wording-held.js';
import type { ProofWording } from './wording-proofs.js';
import type { StopWording } from './wording-stop.js';

/** What the pages say instead where no SMS are sent, in one language. */
interface WordingWithoutSms {
  form: Pick<PageWording['form'], 'lead' | 'leadForApp'>;
  code: Pick<PageWording['code'], 'lead' | 'hint'>;
  done: Pick<PageWording['done'], 'told'>;
  other: Pick<ProofWording['other'], 'backToCode' | 'byCode'>;
  held: Pick<HeldWording, 'told'>;
  stop: Pick<StopWording, 'held'>;
  home: Pick<AccountWording['home'], 'lead'>;
}

const en: WordingWithoutSms = {
  form: {
    lead: "We'll send a code to the email address on your account. Then you can choose a new password.",
    leadForApp: (app) =>
      `We'll send a code to the email address on your account. Then you can go back to ${app}.`,
  },
  code: {
    lead: "If what you entered matches an account with an email address, we've sent a code there. It works for 10 minutes.",
    hint: "Usually 8 digits, sometimes more. Spaces don't matter.",
  },
  done: {
    told: "We're sending a notice to the email addresses on the account, in case this wasn't you.",
  },
  other: { backToCode: 'Enter the code from the email', byCode: 'Get a code by email' },
  held: {
    told: "We're sending a notice to the email addresses on the account. You don't need to do anything now, and you can close this page.",
  },
  stop: {
    held: (hours) =>
      `Someone may try again. So the next recovery of this account has to wait ${hours} hours. When the wait starts, we notify every email address on the account.`,
  },
  home: { lead: 'When you change something here, we notify every email address on your account.' },
};

const zhHans: WordingWithoutSms = {
  form: {
    lead: '我们会向您账户的邮箱发送验证码，验证后即可设置新密码。',
    leadForApp: (app) => `我们会向您账户的邮箱发送验证码，验证后即可回到 ${app}。`,
  },
  code: {
    lead: '如果您填写的信息与某个设有邮箱的账户匹配，我们已向该邮箱发送验证码，10 分钟内有效。',
    hint: '验证码通常为 8 位数字，有时更长。有无空格均可。',
  },
  done: { told: '我们正在向此账户的邮箱发送通知，以防并非您本人操作。' },
  other: { backToCode: '输入邮件中的验证码', byCode: '通过邮件获取验证码' },
  held: { told: '我们正在向此账户的邮箱发送通知。您现在无需任何操作，可以关闭本页面。' },
  stop: {
    held: (hours) =>
      `为防对方再次尝试，此账户的下一次找回需等待 ${hours} 小时。验证身份后，我们会向账户的所有邮箱发送通知。`,
  },
  home: { lead: '您在此处更改设置时，我们会通知您账户的所有邮箱。' },
};

const wordings: Record<Locale, WordingWithoutSms> = { en, 'zh-Hans': zhHans };

/** @returns undefined where SMS are sent */
export const wordingWithoutSms = ({ withoutSms, locale }: PageContext): WordingWithoutSms | undefined =>
  withoutSms ? wordings[locale] : undefined;
