import type { Locale } from '@rekey/kernel';

/** What the pages say where a recovery waits after a stop, in one language. */
export interface HeldWording {
  title: string;
  lead(until: string): string;
  why: string;
  told: string;
  /** @param days how long the person can come back after the wait */
  later(days: number): string;
}

const en: HeldWording = {
  title: "You've confirmed it's you. Please come back later",
  lead: (until) => `To continue, come back to this page in this browser on ${until} or later.`,
  why: "Someone recently stopped a recovery of this account. To be safe, this one has to wait, so that the owner has time to stop it if it isn't you.",
  told: "We're sending a notice to the email addresses and phone numbers on the account. You don't need to do anything now, and you can close this page.",
  later: (days) => `From then on, you have ${days} days to come back.`,
};

const zhHans: HeldWording = {
  title: '验证已通过，请稍后再回来',
  lead: (until) => `请在 ${until} 或之后，用此浏览器回到本页面继续。`,
  why: '最近有人终止了此账户的一次找回。为安全起见，本次找回需要等待。如果不是您本人操作，账户所有者就有时间终止本次找回。',
  told: '我们正在向此账户的邮箱和手机发送通知。您现在无需任何操作，可以关闭本页面。',
  later: (days) => `届时起 ${days} 天内均可回来继续。`,
};

export const heldWordings: Record<Locale, HeldWording> = { en, 'zh-Hans': zhHans };
