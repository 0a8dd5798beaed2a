import type { Locale } from '@rekey/kernel';
import type { AccountNotification, PasswordOutcome } from '@rekey/outbox';

/** The sentences of all messages, in one language. */
export interface Wording {
  /** Between a sentence and the address that it announces. */
  colon: string;
  /** Between two sentences. */
  between: string;
  code: {
    subject(service: string): string;
    preview(minutes: number): string;
    heading: string;
    lead(service: string): string;
    good(minutes: number, service: string): string;
    orLink: string;
    linkLabel: string;
    /** Continues in the label of the link. */
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
    /** @param accountUrl where a person without a password goes */
    was(password: PasswordOutcome, accountUrl: string): string;
    /** For authenticators that were bound recently and no longer count. */
    suspended: string;
    notYouHeading: string;
    notYou(password: PasswordOutcome, signsOut: boolean): string;
    stopLabel: string;
    /** For an address that the account had before. */
    notYouRemoved: string;
    footer(service: string): string;
    sms(service: string, url: string, passwordEnded: boolean): string;
    smsRemoved(service: string): string;
  };
  held: {
    subject(service: string): string;
    preview: string;
    heading: string;
    lead(service: string, when: string): string;
    waits(until: string): string;
    notYou: string;
    stopLabel: string;
    sms(service: string, until: string, url: string): string;
    smsRemoved(service: string): string;
  };
  changed: {
    subject(service: string): string;
    heading: string;
    lead(service: string, when: string): string;
    what: Record<AccountNotification, string>;
    notYouHeading: string;
    notYou: string;
    /** For an account that cannot be recovered at present. */
    notYouDisabled(service: string): string;
    recoverLabel: string;
    /** For a message with an undo link. */
    notYouUndo: string;
    undoLabel: string;
    footer(service: string): string;
    sms(service: string, what: string): string;
    smsUndo(service: string, what: string, url: string): string;
    /** For an account that cannot be recovered at present. */
    smsDisabled(service: string, what: string): string;
  };
}

const en: Wording = {
  colon: ':',
  between: ' ',
  code: {
    subject: (service) => `Your code to get back into ${service}`,
    preview: (minutes) => `The code inside works for ${minutes} minutes.`,
    heading: 'Get back into your account',
    lead: (service) =>
      `Someone, hopefully you, asked to get back into your ${service} account. Enter this code on the page where you started:`,
    good: (minutes, service) =>
      `The code works for ${minutes} minutes. Nobody at ${service} will ever ask you for it. Don't share it with anyone.`,
    orLink:
      'Or continue with one tap. On another device, you need the number shown on the page where you started.',
    linkLabel: 'Continue recovery',
    notYou: "If this wasn't you, you can ignore this email. Don't share the code or the link. You can also ",
    stopLabel: 'stop this recovery',
    footer: (service) =>
      `${service} sent this email because someone is recovering an account with this email address. It is an automatic message. Please don't reply.`,
    sms: (service, code, minutes) =>
      `${code} is your ${service} recovery code. It works for ${minutes} min. Don't share it.`,
  },
  completed: {
    subject: (service) => `Your ${service} account was recovered`,
    preview: "If this was you, you don't need to do anything. If not, you can undo it.",
    heading: 'Your account was recovered',
    lead: (service, when) =>
      `Someone passed the security checks for your ${service} account and got back into it on ${when}.`,
    was: (password, accountUrl) =>
      ({
        set: "A new password was set, and all devices were signed out. If this was you, you don't need to do anything.",
        ended: `All devices were signed out, and your old password no longer works. If this was you, you don't need to do anything. When you need a password, choose a new one at ${accountUrl}.`,
        kept: "Someone signed in, and all other devices were signed out. If this was you, you don't need to do anything.",
      })[password],
    suspended:
      'Any authenticator app or backup codes set up in the last 30 days have been turned off, in case someone else added them. Confirm or remove them in your account.',
    notYouHeading: "If this wasn't you",
    notYou: (password, signsOut) => {
      const undo = {
        set: 'Undo it within 72 hours. The new password stops working, and your previous one works again.',
        ended: 'Undo it within 72 hours. Your old password works again.',
        kept: 'Undo it within 72 hours.',
      }[password];
      if (signsOut) return `${undo} The person who got in will be signed out.`;
      return `${undo} Then recover your account yourself. That signs out the person who got in.`;
    },
    stopLabel: "This wasn't me. Undo it",
    notYouRemoved:
      "This email address was removed from the account, so you can't undo this from here. If the account is still yours, recover it yourself or ask support for help.",
    footer: (service) =>
      `${service} sent this email to every email address of an account that was recovered. It is an automatic message. Please don't reply.`,
    sms: (service, url, passwordEnded) =>
      `${service}: your account was recovered and all devices were signed out.${passwordEnded ? ' Your old password no longer works.' : ''} Not you? Undo it within 72 h: ${url}`,
    smsRemoved: (service) =>
      `${service}: an account that had this number before was recovered. If the account is still yours, go to ${service} and recover it.`,
  },
  held: {
    subject: (service) => `Someone is recovering your ${service} account`,
    preview: 'If this was you, come back when the wait is over. If not, you can stop it.',
    heading: 'A recovery of your account is on hold',
    lead: (service, when) =>
      `Someone passed the security checks for your ${service} account on ${when} and wants to get back into it.`,
    waits: (until) =>
      `A recovery of this account was stopped recently. So this one is on hold until ${until}, to give the owner of the account time to stop it. If this was you, go back to the page where you started within 3 days after that.`,
    notYou: "Stop it now, and this recovery can't be finished.",
    stopLabel: "This wasn't me. Stop it",
    sms: (service, until, url) =>
      `${service}: someone is recovering your account. It is on hold until ${until}. Not you? Stop it: ${url}`,
    smsRemoved: (service) =>
      `${service}: someone is recovering an account that had this number before. If the account is still yours, go to ${service} and recover it.`,
  },
  changed: {
    subject: (service) => `Security notice for your ${service} account`,
    heading: 'Security notice',
    lead: (service, when) => `On ${when}, this happened in your ${service} account:`,
    what: {
      totp_bound: 'An authenticator app was added.',
      totp_removed: 'The authenticator app was removed.',
      totp_restored: 'The authenticator app that a recovery had turned off works again.',
      totp_disabled:
        "Too many wrong codes from your authenticator app were entered during account recovery. It can't be used for recovery until you set it up again. You can still sign in with it.",
      backup_code_made: 'New backup codes were created. The old ones no longer work.',
      backup_code_removed: 'The backup codes were removed.',
      backup_code_restored: 'The backup codes that a recovery had turned off work again.',
      backup_code_disabled:
        'Too many wrong backup codes were entered, so they can no longer be used for recovery. Please create new ones.',
      code_disabled:
        'Too many wrong codes were entered for one of your email addresses or phone numbers. Codes to it now have 20 digits. Once you enter one, or use the link in the email, they are short again.',
      password_changed: 'The password was changed. All other devices were signed out.',
      addresses_changed: 'The email addresses or phone numbers on the account were changed.',
      password_put: 'A new password was set for the account. All devices were signed out.',
      password_ended:
        'A password set in a recovery with a removed email address or phone number no longer works. All devices were signed out.',
      account_disabled:
        'The account was disabled. Nobody can sign in to it or recover it. All devices were signed out.',
      account_enabled: 'The account was enabled again.',
      access_changed: "Your account's permissions or security requirements were changed.",
      password_limited:
        'A wrong password was entered 100 times in a row. The password now works only in browsers and apps where you have signed in before. Recover your account to remove this limit.',
      totp_guessed:
        'Someone who has your password entered 100 wrong authenticator app codes in a row. None of them worked. Change your password now. Until then, codes from the app may not work: use a backup code, or recover your account.',
    },
    notYouHeading: "If this wasn't you",
    notYou: 'Recover your account now. That signs everyone out, and you choose a new password.',
    notYouDisabled: (service) =>
      `Contact support at ${service}. Once the account is enabled again, you can recover it here.`,
    recoverLabel: 'Recover my account',
    notYouUndo:
      'Undo this now. That removes it and signs out the person who added it. Then choose a new password. The link stops working when the new method can be used for recovery.',
    undoLabel: "This wasn't me. Undo it",
    footer: (service) =>
      `${service} sent this email to every email address of an account whose security settings changed. It is an automatic message. Please don't reply.`,
    sms: (service, what) => `${service}: ${what} Not you? Recover your account.`,
    smsUndo: (service, what, url) => `${service}: ${what} Not you? Undo it now: ${url}`,
    smsDisabled: (service, what) => `${service}: ${what} Not you? Contact support.`,
  },
};

const zhHans: Wording = {
  colon: '：',
  between: '',
  code: {
    subject: (service) => `您的 ${service} 账户找回验证码`,
    preview: (minutes) => `验证码在 ${minutes} 分钟内有效。`,
    heading: '找回您的账户',
    lead: (service) =>
      `有人（希望是您本人）请求找回您的 ${service} 账户。请在刚才打开的页面中输入以下验证码：`,
    good: (minutes, service) =>
      `验证码 ${minutes} 分钟内有效。${service} 的工作人员绝不会向您索要验证码，请勿告诉任何人。`,
    orLink: '您也可以轻点下方链接继续。在其他设备上打开时，需要输入原页面显示的数字。',
    linkLabel: '继续找回',
    notYou: '如果不是您本人操作，可以忽略此邮件。请勿将验证码或链接告诉他人。您也可以',
    stopLabel: '终止此次找回',
    footer: (service) =>
      `您收到此邮件，是因为有人正在使用此邮箱找回 ${service} 账户。本邮件由系统自动发送，请勿回复。`,
    sms: (service, code, minutes) =>
      `【${service}】验证码 ${code}，用于找回账户，${minutes} 分钟内有效，请勿告诉任何人。`,
  },
  completed: {
    subject: (service) => `您的 ${service} 账户已被找回`,
    preview: '如果是您本人，则无需任何操作；如果不是，您可以撤销。',
    heading: '您的账户已被找回',
    lead: (service, when) => `有人通过了身份验证，并于 ${when} 找回了您的 ${service} 账户。`,
    was: (password, accountUrl) =>
      ({
        set: '账户已设置新密码，所有设备均已退出登录。如果是您本人，则无需任何操作。',
        ended: `所有设备均已退出登录，您的旧密码已失效。如果是您本人，则无需任何操作。需要时可在 ${accountUrl} 设置新密码。`,
        kept: '有人登录了您的账户，其他设备均已退出登录。如果是您本人，则无需任何操作。',
      })[password],
    suspended:
      '最近 30 天内设置的身份验证器应用或备用码均已停用，以防是他人添加的。请在您的账户中确认或移除。',
    notYouHeading: '如果不是您本人操作',
    notYou: (password, signsOut) => {
      const undo = {
        set: '请在 72 小时内撤销。新密码将失效，之前的密码恢复有效。',
        ended: '请在 72 小时内撤销。您的旧密码将恢复有效。',
        kept: '请在 72 小时内撤销。',
      }[password];
      if (signsOut) return `${undo}对方将立即退出登录。`;
      return `${undo}然后请您自行找回账户，对方将因此退出登录。`;
    },
    stopLabel: '不是我本人操作，撤销',
    notYouRemoved: '此邮箱已从账户中移除，因此无法在此撤销。如果该账户仍属于您，请自行找回账户或联系客服。',
    footer: (service) =>
      `您收到此邮件，是因为使用此邮箱的 ${service} 账户已被找回。本邮件由系统自动发送，请勿回复。`,
    sms: (service, url, passwordEnded) =>
      `【${service}】您的账户已被找回，所有设备均已退出登录${passwordEnded ? '，旧密码已失效' : ''}。非本人操作？请在 72 小时内撤销：${url}`,
    smsRemoved: (service) =>
      `【${service}】曾使用此号码的账户已被找回。如该账户仍属于您，请前往 ${service} 找回。`,
  },
  held: {
    subject: (service) => `有人正在找回您的 ${service} 账户`,
    preview: '如果是您本人操作，请在等待期结束后回来；如果不是，您可以终止。',
    heading: '您账户的找回操作处于等待期',
    lead: (service, when) => `有人于 ${when} 通过了身份验证，想要找回您的 ${service} 账户。`,
    waits: (until) =>
      `此账户最近有一次找回被终止。因此本次找回需要等待至 ${until}，让账户所有者有时间终止本次找回。如果是您本人操作，请在此后 3 天内回到开始时的页面。`,
    notYou: '请立即终止，此次找回便无法完成。',
    stopLabel: '不是我本人操作，终止',
    sms: (service, until, url) =>
      `【${service}】有人正在找回您的账户，需等待至 ${until}。非本人操作？请终止：${url}`,
    smsRemoved: (service) =>
      `【${service}】有人正在找回曾使用此号码的账户。如该账户仍属于您，请前往 ${service} 找回。`,
  },
  changed: {
    subject: (service) => `您的 ${service} 账户安全提醒`,
    heading: '安全提醒',
    lead: (service, when) => `您的 ${service} 账户于 ${when} 发生了以下变更：`,
    what: {
      totp_bound: '已添加身份验证器应用。',
      totp_removed: '已移除身份验证器应用。',
      totp_restored: '账户找回时停用的身份验证器应用已恢复使用。',
      totp_disabled:
        '找回账户时，身份验证器动态码的错误次数过多。重新设置前，此应用不能用于找回账户，但仍可用于登录。',
      backup_code_made: '已生成新的备用码，之前的备用码全部失效。',
      backup_code_removed: '已移除备用码。',
      backup_code_restored: '账户找回时停用的备用码已恢复使用。',
      backup_code_disabled: '在找回账户时，备用码错误次数过多，不能再用来找回账户，请重新生成。',
      code_disabled:
        '发往您某个邮箱或手机号的验证码错误次数过多，发往该处的验证码现为 20 位；输入其中一个，或使用邮件中的链接后，即恢复为短验证码。',
      password_changed: '密码已更改，其他设备均已退出登录。',
      addresses_changed: '账户的邮箱或手机号已变更。',
      password_put: '账户已设置新密码，所有设备均已退出登录。',
      password_ended: '用已移除的邮箱或手机号找回账户时设置的密码已失效，所有设备均已退出登录。',
      account_disabled: '账户已被停用，任何人都无法登录或找回，所有设备均已退出登录。',
      account_enabled: '账户已重新启用。',
      access_changed: '您账户的权限或安全要求已变更。',
      password_limited:
        '密码已连续输错 100 次。现在只能在您登录过的浏览器和应用中使用密码登录。找回账户即可解除限制。',
      totp_guessed:
        '有人持有您的密码，并连续输错 100 次身份验证器动态码，均未成功。请立即更改密码。在此之前，动态码可能无法使用，请使用备用码，或找回账户。',
    },
    notYouHeading: '如果不是您本人操作',
    notYou: '请立即找回您的账户：这会使所有设备退出登录，您可以设置新密码。',
    notYouDisabled: (service) => `请联系 ${service} 的客服。账户重新启用后，您可以在这里找回。`,
    recoverLabel: '找回我的账户',
    notYouUndo:
      '请立即撤销：此项将被移除，添加者将退出登录。然后请设置新密码。新方式可用于找回账户后，此链接即失效。',
    undoLabel: '不是我本人操作，撤销',
    footer: (service) =>
      `您收到此邮件，是因为使用此邮箱的 ${service} 账户的安全设置发生了变更。本邮件由系统自动发送，请勿回复。`,
    sms: (service, what) => `【${service}】${what}非本人操作？请立即找回账户。`,
    smsUndo: (service, what, url) => `【${service}】${what}非本人操作？请立即撤销：${url}`,
    smsDisabled: (service, what) => `【${service}】${what}如有疑问，请联系客服。`,
  },
};

export const wordings: Record<Locale, Wording> = { en, 'zh-Hans': zhHans };
