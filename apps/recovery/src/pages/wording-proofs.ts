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
    totp: string;
    totpHint: string;
    backupCode: string;
    backupCodeHint: string;
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
  linkNumber: 'Opened the mail on another device? There it asks for this number:',
  linkDone: 'I have tapped the link there: continue',
  sendTo: (address) => `Send a code to ${address}`,
  other: {
    title: 'Use a backup code',
    lead: 'If you kept backup codes of this account, enter one of them.',
    moreTitle: 'One more proof',
    moreLead:
      'Thank you, that was right. This account is protected by a second factor, so we need one more proof of another kind.',
    totp: 'Code from your authenticator app',
    totpHint: 'The 6 digits that the app shows now.',
    backupCode: 'Backup code',
    backupCodeHint: 'One of the codes that you kept, such as ABCD-EFGH-JKMN-PQRS. Each works once.',
    submit: 'Continue',
    wrong: (left) =>
      left === 0 ? 'That is not right, and it was the last try.' : `That is not right. ${tries(left)}`,
    empty: 'Enter the code.',
    backToCode: 'Back to the code that we sent',
    byCode: 'Use a code by mail or SMS',
  },
  stuck: {
    title: 'We cannot go on here',
    text: 'This account is protected by a second factor, and there is nothing left with which you could prove yours here. Please contact the support of this service.',
  },
  link: {
    title: 'Is this you?',
    lead: (service) => `You opened the link of a mail from ${service}. Tap to go on with getting back in.`,
    submit: 'Yes, this is me',
    warning: 'If you did not ask for this, close this page. Nothing happens then.',
    numberTitle: 'Which number do you see?',
    numberLead:
      'You are not in the browser in which you began. Enter the number that the page there shows. If somebody else sent you here or told you a number, close this page.',
    number: 'Number',
    numberHint: 'Three digits.',
    wrong: (left) =>
      left === 0
        ? 'That is not the number, and it was the last try.'
        : `That is not the number. ${tries(left)}`,
    doneTitle: 'Done',
    done: 'Go back to the page where you began; it goes on there.',
    goneTitle: 'This link has run out',
    gone: 'A link is good while the recovery is open, 30 minutes at most, and once. The code in the mail may still work, or you can begin again.',
    restart: 'Begin again',
  },
};

const zhHans: ProofWording = {
  otherWay: '改用备用码',
  linkNumber: '在其他设备上打开了邮件？那里会要求输入此数字：',
  linkDone: '我已在那里点了链接，继续',
  sendTo: (address) => `发送验证码到 ${address}`,
  other: {
    title: '使用备用码',
    lead: '如果您保存了此账户的备用码，请输入其中一个。',
    moreTitle: '还需要一项证明',
    moreLead: '验证正确，谢谢。此账户受第二重验证保护，因此还需要一项不同类型的证明。',
    totp: '身份验证器应用中的动态码',
    totpHint: '应用当前显示的 6 位数字。',
    backupCode: '备用码',
    backupCodeHint: '您保存的备用码之一，例如 ABCD-EFGH-JKMN-PQRS。每个只能使用一次。',
    submit: '继续',
    wrong: (left) => (left === 0 ? '不正确，且已无剩余次数。' : `不正确，还可尝试 ${left} 次。`),
    empty: '请输入代码。',
    backToCode: '返回输入我们发送的验证码',
    byCode: '使用邮件或短信验证码',
  },
  stuck: {
    title: '无法在此继续',
    text: '此账户受第二重验证保护，而您在这里已没有其他方式可以证明身份。请联系该服务的客服。',
  },
  link: {
    title: '是您本人吗？',
    lead: (service) => `您打开了 ${service} 邮件中的链接。轻点即可继续找回账户。`,
    submit: '是我本人',
    warning: '如果不是您请求的，请关闭此页面，不会发生任何事。',
    numberTitle: '您看到的数字是？',
    numberLead:
      '这不是您开始找回时使用的浏览器。请输入那里页面上显示的数字。如果是别人让您来这里或告诉您数字，请关闭此页面。',
    number: '数字',
    numberHint: '三位数字。',
    wrong: (left) => (left === 0 ? '数字不正确，且已无剩余次数。' : `数字不正确，还可尝试 ${left} 次。`),
    doneTitle: '完成',
    done: '请回到开始找回的页面，它会继续下一步。',
    goneTitle: '链接已失效',
    gone: '链接仅在找回进行期间有效（最长 30 分钟），且只能使用一次。邮件中的验证码可能仍然有效，您也可以重新开始。',
    restart: '重新开始',
  },
};

export const proofWordings: Record<Locale, ProofWording> = { en, 'zh-Hans': zhHans };
