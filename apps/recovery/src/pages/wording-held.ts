import type { Locale } from '@rekey/kernel';

/** What the pages say where a recovery waits after a stop, in one language. */
export interface HeldWording {
  title: string;
  lead(until: string): string;
  why: string;
  told: string;
  /** @param hours how long it can be taken up afterwards */
  later(hours: number): string;
}

const en: HeldWording = {
  title: "You've confirmed it's you. Now there is a wait",
  lead: (until) => `To continue, come back to this page in this browser on ${until} or later.`,
  why: 'A recovery of this account was stopped recently. So this one has to wait, to give the owner of the account time to stop it.',
  told: "We've sent a notice to every email address and phone number on the account. You don't need to do anything now, and you can close this page.",
  later: (hours) => `From then on, you have ${hours} hours to come back.`,
};

const zhHans: HeldWording = {
  title: '验证已通过，现在需要等待',
  lead: (until) => `请在 ${until} 或之后，用此浏览器回到本页面继续。`,
  why: '此账户最近有一次找回被终止。因此本次找回需要等待，让账户所有者有时间终止它。',
  told: '我们已向此账户的所有邮箱和手机发送通知。您现在无需进行任何操作，可以关闭此页面。',
  later: (hours) => `从那时起，您有 ${hours} 小时可以回来继续。`,
};

export const heldWordings: Record<Locale, HeldWording> = { en, 'zh-Hans': zhHans };
