import type { Locale } from '@rekey/kernel';

/** What the pages say where a person stops a recovery, in one language. `signsOut`: what it has given out ends with it. */
export interface StopWording {
  title: string;
  lead(service: string): string;
  what(signsOut: boolean): string;
  submit: string;
  /** `undone`: of a recovery that was completed, or of something that was set up. */
  doneTitle: Record<'stopped' | 'undone', string>;
  doneBefore: string;
  doneAfter(signsOut: boolean): string;
  /** The password from before is good again. */
  restored: string;
  /** @param hours how long the next recovery of the account waits */
  held(hours: number): string;
  /** @param hours how long the next recovery of the account waits; 0 if it does not */
  next(signsOut: boolean, hours: number): string;
  recover: string;
  /** Of something that was set up, instead of a recovery. */
  binding: { lead(service: string): string; what: string; submit: string; done: string; next: string };
  goneTitle: string;
  gone: string;
}

const en: StopWording = {
  title: 'Was this you?',
  lead: (service) => `Someone is recovering your ${service} account, or has recovered it.`,
  what: (signsOut) =>
    `If it wasn't you, stop it here. ${signsOut ? 'Anyone who got in will be signed out. ' : ''}A password set in this recovery stops working, and the previous one works again.`,
  submit: "This wasn't me. Stop it",
  doneTitle: { stopped: 'Stopped', undone: 'Undone' },
  doneBefore: 'We stopped this recovery. Nobody got in with it.',
  doneAfter: (signsOut) =>
    `${signsOut ? 'Anyone who got in has been signed out, and a' : 'A'} password set in this recovery no longer works.`,
  restored:
    'Your previous password works again. If someone else may know it, recover your account and choose a new one.',
  held: (hours) =>
    `Someone may try again. So the next recovery of this account has to wait ${hours} hours. When the wait starts, we notify every email address and phone number on the account.`,
  next: (signsOut, hours) =>
    hours > 0
      ? signsOut
        ? `To get back in, start a recovery now. You confirm it's you, then wait ${hours} hours.`
        : 'Someone may still be signed in. Start a recovery now. They are signed out when you finish it, after the wait.'
      : signsOut
        ? 'To get back in yourself, recover your account now.'
        : 'Someone may still be signed in. Recover your account now to sign them out.',
  recover: 'Recover my account',
  binding: {
    lead: (service) => `Someone who was signed in to your ${service} account set up a new way to recover it.`,
    what: "If it wasn't you, remove it here. The person who set it up will be signed out.",
    submit: "This wasn't me. Remove it",
    done: 'It has been removed, and the person who set it up has been signed out.',
    next: 'They may know your password. Recover your account now. That signs everyone out, and you choose a new password.',
  },
  goneTitle: 'This link no longer works',
  gone: 'This link has expired or was already used. If someone else is in your account, recover it. That signs everyone out.',
};

const zhHans: StopWording = {
  title: '是您本人操作吗？',
  lead: (service) => `有人正在找回或已经找回您的 ${service} 账户。`,
  what: (signsOut) =>
    `如果不是您本人，请在此终止。${signsOut ? '通过此次找回登录的设备将退出登录。' : ''}此次找回中设置的密码将失效，之前的密码恢复有效。`,
  submit: '不是我本人，终止',
  doneTitle: { stopped: '已终止', undone: '已撤销' },
  doneBefore: '我们已终止此次找回，没有人通过它进入您的账户。',
  doneAfter: (signsOut) =>
    `${signsOut ? '通过此次找回登录的设备均已退出登录，' : ''}此次找回中设置的密码已失效。`,
  restored: '之前的密码恢复有效。如果他人可能知道该密码，请找回您的账户并设置新密码。',
  held: (hours) =>
    `为防对方再次尝试，此账户的下一次找回需等待 ${hours} 小时。验证身份后，我们会向账户的所有邮箱和手机发送通知。`,
  next: (signsOut, hours) =>
    hours > 0
      ? signsOut
        ? '请现在开始找回账户。验证身份后，需等待上述时间才能登录。'
        : '对方可能仍处于登录状态。请现在开始找回账户。等待上述时间并完成找回后，对方将退出登录。'
      : signsOut
        ? '如需登录，请现在找回您的账户。'
        : '对方可能仍处于登录状态。请现在找回您的账户：对方将因此退出登录。',
  recover: '找回我的账户',
  binding: {
    lead: (service) => `有人登录了您的 ${service} 账户，并设置了一种新的找回方式。`,
    what: '如果不是您本人，请在此移除。设置者将退出登录。',
    submit: '不是我本人，移除',
    done: '此项已移除，设置者已退出登录。',
    next: '对方可能知道您的密码。请现在找回您的账户：这会使所有设备退出登录，您可以设置新密码。',
  },
  goneTitle: '链接已失效',
  gone: '此链接已过期或已使用。如果有人正在使用您的账户，请找回账户，这会使所有设备退出登录。',
};

export const stopWordings: Record<Locale, StopWording> = { en, 'zh-Hans': zhHans };
