import type { Locale } from '@rekey/kernel';

/** What the pages of other proofs and of a mail's link say, in one language. */
export interface ProofWording {
  /** Beside the field for a code. */
  otherWay: string;
  /** Before the number. */
  linkNumber: string;
  linkDone: string;
  sendTo(address: string): string;
  other: {
    title: string;
    /** Before anything is proved: the same for everyone. */
    lead: string;
    moreTitle: string;
    moreLead: string;
    submit: string;
    wrong(left: number): string;
    empty: string;
    backToCode: string;
    byCode: string;
  };
  stuck: { title: string; text: string };
  link: {
    title: string;
    lead(service: string): string;
    submit: string;
    warning: string;
    numberTitle: string;
    numberLead: string;
    number: string;
    numberHint: string;
    wrong(left: number): string;
    doneTitle: string;
    done: string;
    goneTitle: string;
    gone: string;
    restart: string;
  };
}

const tries = (left: number) => `You have ${left} ${left === 1 ? 'try' : 'tries'} left.`;

const en: ProofWording = {
  otherWay: 'Use a backup code instead',
  linkNumber: 'Opened the email on another device? Enter this number there:',
  linkDone: "I've opened the link. Continue",
  sendTo: (address) => `Send a code to ${address}`,
  other: {
    title: 'Use a backup code',
    lead: 'If you saved backup codes for this account, enter one of them.',
    moreTitle: 'One more step',
    moreLead:
      "That worked. This account uses two-step verification, so please confirm it's you in one more way.",
    submit: 'Continue',
    wrong: (left) =>
      left === 0
        ? "That code isn't right, and it was your last try."
        : `That code isn't right. ${tries(left)}`,
    empty: 'Enter the code.',
    backToCode: 'Enter the code from the email or SMS',
    byCode: 'Get a code by email or SMS',
  },
  stuck: {
    title: "We can't continue here",
    text: "This account needs a second way to confirm it's you, and we can't offer one here. Please contact support for this service.",
  },
  link: {
    title: 'Recover your account?',
    lead: (service) =>
      `You opened the link in an email from ${service}. Continue if you asked to recover your account.`,
    submit: 'Continue recovery',
    warning: "If you didn't ask for this, close this page. Opening the link has not changed anything.",
    numberTitle: 'Which number do you see?',
    numberLead:
      "This isn't the browser where you started. Enter the number shown on the page there. If someone else sent you here or told you a number, close this page.",
    number: 'Number',
    numberHint: 'Three digits.',
    wrong: (left) =>
      left === 0
        ? "That isn't the number, and it was your last try."
        : `That isn't the number. ${tries(left)}`,
    doneTitle: 'Done',
    done: 'Go back to the page where you started, and continue there.',
    goneTitle: 'This link no longer works',
    gone: 'This link has expired or was already used. Go back to the page where you started, or start again.',
    restart: 'Start again',
  },
};

const zhHans: ProofWording = {
  otherWay: '改用备用码',
  linkNumber: '如果在其他设备上打开了邮件，请在该设备上输入此数字：',
  linkDone: '我已打开链接，继续',
  sendTo: (address) => `发送验证码到 ${address}`,
  other: {
    title: '使用备用码',
    lead: '如果您保存了此账户的备用码，请输入其中一个。',
    moreTitle: '还差一步',
    moreLead: '验证成功。此账户已启用两步验证，请再用另一种方式确认是您本人。',
    submit: '继续',
    wrong: (left) => (left === 0 ? '代码不正确，尝试次数已用完。' : `代码不正确，还可尝试 ${left} 次。`),
    empty: '请输入代码。',
    backToCode: '输入邮件或短信中的验证码',
    byCode: '获取邮件或短信验证码',
  },
  stuck: {
    title: '无法在此继续',
    text: '此账户需要用第二种方式确认是您本人，而这里无法提供。请联系该服务的客服。',
  },
  link: {
    title: '要找回您的账户吗？',
    lead: (service) => `您打开了 ${service} 邮件中的链接。如果是您请求找回账户，请继续。`,
    submit: '继续找回',
    warning: '如果您没有请求找回，请关闭本页面。打开链接不会更改任何内容。',
    numberTitle: '请输入您看到的数字',
    numberLead:
      '这不是您开始找回时使用的浏览器。请输入原页面上显示的数字。如果是别人让您打开本页面或告诉您数字，请关闭本页面。',
    number: '数字',
    numberHint: '三位数字。',
    wrong: (left) => (left === 0 ? '数字不正确，尝试次数已用完。' : `数字不正确，还可尝试 ${left} 次。`),
    doneTitle: '完成',
    done: '请回到开始找回的页面，继续下一步。',
    goneTitle: '链接已失效',
    gone: '此链接已过期或已使用。请回到开始找回的页面，或重新开始。',
    restart: '重新开始',
  },
};

export const proofWordings: Record<Locale, ProofWording> = { en, 'zh-Hans': zhHans };
