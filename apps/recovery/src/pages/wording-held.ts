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
  title: 'You have proved it; now it waits a while',
  lead: (until) => `Come back to this page, in this browser, on ${until} or later. Then you go on from here.`,
  why: 'A recovery of this account was stopped lately, so this one waits until everyone who can object has had time to.',
  told: 'We have told every mail address and phone of the account. You need not do anything, and you can close this page.',
  later: (hours) => `After that you have ${hours} hours to come back.`,
};

const zhHans: HeldWording = {
  title: '验证已通过，现在需要等待',
  lead: (until) => `请在 ${until} 或之后，用此浏览器回到本页面，即可继续。`,
  why: '此账户最近有一次找回被终止，因此本次找回需要等待，以便所有能够提出异议的人有足够时间。',
  told: '我们已通知此账户的所有邮箱和手机。您无需进行任何操作，可以关闭此页面。',
  later: (hours) => `此后您有 ${hours} 小时可以回来继续。`,
};

export const heldWordings: Record<Locale, HeldWording> = { en, 'zh-Hans': zhHans };
