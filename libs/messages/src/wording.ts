import type { Locale } from '@rekey/kernel';

/** The sentences of all messages, in one language. */
export interface Wording {
  /** What stands between a sentence and the address it announces. */
  colon: string;
  code: {
    subject(service: string): string;
    preview(minutes: number): string;
    heading: string;
    lead(service: string): string;
    good(minutes: number, service: string): string;
    /** Runs on into the label of the link. */
    notYou: string;
    stopLabel: string;
    footer(service: string): string;
    sms(service: string, code: string, minutes: number): string;
  };
  completed: {
    subject(service: string): string;
    preview: string;
    heading: string;
    lead(service: string, when: string): string;
    was(passwordSet: boolean): string;
    notYouHeading: string;
    notYou(passwordSet: boolean): string;
    stopLabel: string;
    footer(service: string): string;
    sms(service: string, url: string): string;
  };
}

const en: Wording = {
  colon: ':',
  code: {
    subject: (service) => `Your code to get back into ${service}`,
    preview: (minutes) => `The code inside is good for ${minutes} minutes.`,
    heading: 'Get back into your account',
    lead: (service) =>
      `Someone, we hope you, asked to get back into your ${service} account. Enter this code on the page where you began:`,
    good: (minutes, service) =>
      `It is good for ${minutes} minutes. Nobody at ${service} will ever ask you for it, so please tell it to no one.`,
    notYou: 'Was this not you? You can ignore this mail: without the code nobody gets in. Or ',
    stopLabel: 'stop this attempt',
    footer: (service) =>
      `${service} sends this mail because someone is recovering an account with this address. It is written automatically; please do not reply.`,
    sms: (service, code, minutes) =>
      `${code} is your ${service} recovery code, good for ${minutes} min. Tell it to no one.`,
  },
  completed: {
    subject: (service) => `Your ${service} account was recovered`,
    preview: 'If this was you, all is well. If not, you can undo it.',
    heading: 'Your account was recovered',
    lead: (service, when) =>
      `Someone passed the checks of your ${service} account and got back into it on ${when}.`,
    was: (passwordSet) =>
      passwordSet
        ? 'A new password was set, and everyone who was signed in was signed out. If this was you, all is well.'
        : 'New credentials were given out, and everyone who was signed in was signed out. If this was you, all is well.',
    notYouHeading: 'Was this not you?',
    notYou: (passwordSet) =>
      passwordSet
        ? 'Undo it within 72 hours: whoever got in is signed out, and the new password no longer works.'
        : 'Undo it within 72 hours: whoever got in is signed out.',
    stopLabel: 'This was not me',
    footer: (service) =>
      `${service} sends this mail to every address of an account that was recovered. It is written automatically; please do not reply.`,
    sms: (service, url) =>
      `${service}: your account was recovered and all devices were signed out. Not you? Undo it within 72 h: ${url}`,
  },
};

const zhHans: Wording = {
  colon: '：',
  code: {
    subject: (service) => `您的 ${service} 账户找回验证码`,
    preview: (minutes) => `验证码在 ${minutes} 分钟内有效。`,
    heading: '找回您的账户',
    lead: (service) =>
      `有人（希望是您本人）请求找回您的 ${service} 账户。请在刚才打开的页面中输入以下验证码：`,
    good: (minutes, service) =>
      `验证码 ${minutes} 分钟内有效。${service} 的工作人员绝不会向您索要验证码，请勿告诉任何人。`,
    notYou: '不是您本人操作？您可以忽略此邮件：没有验证码，任何人都无法进入您的账户。您也可以',
    stopLabel: '终止此次找回',
    footer: (service) =>
      `您收到此邮件，是因为有人正在使用此地址找回 ${service} 账户。本邮件由系统自动发送，请勿回复。`,
    sms: (service, code, minutes) =>
      `【${service}】验证码 ${code}，用于找回账户，${minutes} 分钟内有效，请勿告诉任何人。`,
  },
  completed: {
    subject: (service) => `您的 ${service} 账户已被找回`,
    preview: '如果是您本人操作，无需理会；如果不是，您可以撤销。',
    heading: '您的账户已被找回',
    lead: (service, when) => `有人通过了身份验证，并于 ${when} 找回了您的 ${service} 账户。`,
    was: (passwordSet) =>
      passwordSet
        ? '账户已设置新密码，所有已登录的设备均已退出。如果是您本人操作，则无需理会。'
        : '系统已签发新的登录凭据，所有已登录的设备均已退出。如果是您本人操作，则无需理会。',
    notYouHeading: '不是您本人操作？',
    notYou: (passwordSet) =>
      passwordSet
        ? '请在 72 小时内撤销：对方将立即退出登录，新密码随即失效。'
        : '请在 72 小时内撤销：对方将立即退出登录。',
    stopLabel: '这不是我本人操作',
    footer: (service) =>
      `您收到此邮件，是因为使用此地址的 ${service} 账户已被找回。本邮件由系统自动发送，请勿回复。`,
    sms: (service, url) =>
      `【${service}】您的账户已被找回，所有设备均已退出登录。非本人操作？请在 72 小时内撤销：${url}`,
  },
};

export const wordings: Record<Locale, Wording> = { en, 'zh-Hans': zhHans };
