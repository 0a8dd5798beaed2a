import type { Locale } from '@rekey/kernel';
import type { Subject } from './every-form.js';

/** What a page says whose form is about something that this browser has put aside, in one language. */
export type ElsewhereWording = Record<
  Subject,
  {
    title: string;
    text: string;
    /** On the button to what this browser has now. */
    continue_: string;
    /** Another way: a beginning, or advice. */
    otherwise: { begin: string } | string;
  }
>;

const en: ElsewhereWording = {
  recovery: {
    title: 'Another recovery was started',
    text: 'After you opened this page, another recovery was started in this browser, perhaps in another tab. What you entered here was not used, and nothing was changed.',
    continue_: 'Continue with the newer one',
    otherwise: { begin: 'Start again' },
  },
  account: {
    title: 'Another account is signed in',
    text: 'After you opened this page, someone signed in to another account in this browser, perhaps in another tab. What you asked for here was not done, and nothing was changed.',
    continue_: 'Continue with the account signed in now',
    otherwise: 'To use the other account, sign out first. Then sign in to it.',
  },
  stop: {
    title: 'This page is out of date',
    text: 'After you opened this page, another link was opened or used in this browser, perhaps in another tab. Nothing was stopped here, and nothing was changed. To stop this recovery, open the link in its message again.',
    continue_: 'Go to the newer link',
    otherwise: { begin: 'Recover my account' },
  },
  link: {
    title: 'This page is out of date',
    text: 'After you opened this page, another link was opened or used in this browser, perhaps in another tab. This link was not used, and nothing was changed. Open the link in its email again, or enter the code from the email.',
    continue_: 'Go to the newer link',
    otherwise: { begin: 'Start again' },
  },
};

const zhHans: ElsewhereWording = {
  recovery: {
    title: '已开始另一次找回',
    text: '在您打开此页面之后，此浏览器中（可能在另一个标签页）开始了另一次找回。您在这里填写的内容未被使用，也没有任何更改。',
    continue_: '继续较新的找回',
    otherwise: { begin: '重新开始' },
  },
  account: {
    title: '当前登录的是另一个账户',
    text: '在您打开此页面之后，此浏览器中（可能在另一个标签页）登录了另一个账户。您在这里的操作未被执行，也没有任何更改。',
    continue_: '继续使用当前登录的账户',
    otherwise: '如需使用原来的账户，请先退出登录，再用它登录。',
  },
  stop: {
    title: '此页面已过时',
    text: '在您打开此页面之后，此浏览器中（可能在另一个标签页）打开或使用了另一个链接。这里没有终止任何操作，也没有任何更改。如需终止此次找回，请再次打开相应消息中的链接。',
    continue_: '前往最近打开的链接',
    otherwise: { begin: '找回我的账户' },
  },
  link: {
    title: '此页面已过时',
    text: '在您打开此页面之后，此浏览器中（可能在另一个标签页）打开或使用了另一个链接。此页的链接未被使用，也没有任何更改。请再次打开相应邮件中的链接，或输入邮件中的验证码。',
    continue_: '前往最近打开的链接',
    otherwise: { begin: '重新开始' },
  },
};

export const elsewhereWordings: Record<Locale, ElsewhereWording> = { en, 'zh-Hans': zhHans };
