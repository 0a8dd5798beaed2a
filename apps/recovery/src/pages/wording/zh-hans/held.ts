import type { HeldWording } from '../held.js';

export const held: HeldWording = {
  title: '验证已通过，请稍后再回来',
  lead: (until) => `请在 ${until} 或之后，用此浏览器回到本页面继续。`,
  why: '为保护账户安全，本次找回需要等待。如果不是您本人操作，账户所有者就有时间终止本次找回。',
  told: '我们正在向此账户的邮箱和手机发送通知。您现在无需任何操作，可以关闭本页面。',
  later: (days) => `届时起 ${days} 天内均可回来继续。`,
  back: {
    title: '继续找回',
    lead: '请使用您开始找回时的浏览器。下一页会告诉您何时可以继续，或让您完成找回。',
    continue_: '继续',
    elsewhere: '您是在应用或其他浏览器中开始的吗？请在那里继续。仅凭此链接，任何人都无法进入账户。',
  },
};
