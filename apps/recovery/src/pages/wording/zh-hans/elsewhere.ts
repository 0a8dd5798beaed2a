import type { ElsewhereWording } from '../elsewhere.js';

export const elsewhere: ElsewhereWording = {
  recovery: {
    title: '已开始另一次找回',
    text: '在您打开本页面之后，此浏览器中（可能在另一个标签页）开始了另一次找回。您在这里填写的内容未被使用，也没有任何更改。',
    continue_: '继续较新的找回',
    otherwise: { begin: '重新开始' },
  },
  account: {
    title: '当前登录的是另一个账户',
    text: '在您打开本页面之后，此浏览器（可能在另一个标签页）登录了另一个账户。您在这里的操作未被保存，也没有任何更改。',
    continue_: '继续使用当前登录的账户',
    otherwise: '如需使用原来的账户，请先退出登录，再用它登录。',
  },
  stop: {
    title: '本页面已过时',
    text: '在您打开本页面之后，此浏览器中（可能在另一个标签页）打开或使用了另一个链接。这里没有终止任何操作，也没有任何更改。如需终止此次找回，请再次打开消息中的链接。',
    continue_: '前往最近打开的链接',
    otherwise: { begin: '找回我的账户' },
  },
  link: {
    title: '本页面已过时',
    text: '在您打开本页面之后，此浏览器中（可能在另一个标签页）打开或使用了另一个链接。本页面的链接未被使用，也没有任何更改。请再次打开邮件中的链接，或输入邮件中的验证码。',
    continue_: '前往最近打开的链接',
    otherwise: { begin: '重新开始' },
  },
};
