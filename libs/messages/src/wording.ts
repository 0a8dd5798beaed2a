import type { Locale } from '@rekey/kernel';
import type { ChangeWord, PasswordWord } from './slots.js';

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
    was(password: PasswordWord, accountUrl: string): string;
    /** For authenticators that were bound recently and no longer count. */
    suspended: string;
    notYouHeading: string;
    notYou(password: PasswordWord, signsOut: boolean): string;
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
    sms(service: string, until: string, url: string): string;
    smsRemoved(service: string): string;
  };
  changed: {
    subject(service: string): string;
    heading: string;
    lead(service: string, when: string): string;
    what: Record<ChangeWord, string>;
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
    preview: (minutes) => `The code inside is good for ${minutes} minutes.`,
    heading: 'Get back into your account',
    lead: (service) =>
      `Someone, we hope you, asked to get back into your ${service} account. Enter this code on the page where you began:`,
    good: (minutes, service) =>
      `It is good for ${minutes} minutes. Nobody at ${service} will ever ask you for it, so please tell it to no one.`,
    orLink: 'Or go on with one tap. On another device it asks for the number that the page shows.',
    linkLabel: 'Yes, this is me',
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
    was: (password, accountUrl) =>
      ({
        set: 'A new password was set, and everyone who was signed in was signed out. If this was you, all is well.',
        ended: `Everyone who was signed in was signed out, and your old password no longer works. If this was you, all is well: you can choose a new password at ${accountUrl} when you need one.`,
        kept: 'New credentials were given out, and everyone who was signed in was signed out. If this was you, all is well.',
      })[password],
    suspended:
      'An authenticator app or backup codes that were set up in the last 30 days no longer work, in case somebody else set them up. Confirm or remove them in your account.',
    notYouHeading: 'Was this not you?',
    notYou: (password, signsOut) => {
      const back = {
        set: 'the new password stops working and the one from before works again',
        ended: 'your old password works again',
        kept: '',
      }[password];
      const undo = 'Undo it within 72 hours';
      if (signsOut) return `${undo}: whoever got in is signed out${back && `, and ${back}`}.`;
      return `${undo}${back && `: ${back}`}. Then recover your account yourself: that signs out whoever got in.`;
    },
    stopLabel: 'This was not me',
    notYouRemoved:
      'This address was removed from the account, so it cannot undo it. If the account is still yours, recover it yourself or ask for help.',
    footer: (service) =>
      `${service} sends this mail to every address of an account that was recovered. It is written automatically; please do not reply.`,
    sms: (service, url, passwordEnded) =>
      `${service}: your account was recovered and all devices were signed out.${passwordEnded ? ' Your old password no longer works.' : ''} Not you? Undo it within 72 h: ${url}`,
    smsRemoved: (service) =>
      `${service}: an account that had this number before was recovered. If it is still yours, recover it yourself.`,
  },
  held: {
    subject: (service) => `Someone is recovering your ${service} account`,
    preview: 'If this was you, come back when the wait is over. If not, you can stop it.',
    heading: 'A recovery of your account is waiting',
    lead: (service, when) =>
      `Someone passed the checks of your ${service} account on ${when} to get back into it.`,
    waits: (until) =>
      `A recovery of this account was stopped lately. So that everyone who can object has time to, this one waits until ${until}. If this was you, go back then to the page where you began, within three days.`,
    notYou: 'Stop it now: nobody gets in.',
    sms: (service, until, url) =>
      `${service}: someone is recovering your account. It waits until ${until}. Not you? Stop it: ${url}`,
    smsRemoved: (service) =>
      `${service}: someone is recovering an account that had this number before. If it is still yours, recover it yourself.`,
  },
  changed: {
    subject: (service) => `A change to the security of your ${service} account`,
    heading: 'Your account has changed',
    lead: (service, when) => `This happened to your ${service} account on ${when}:`,
    what: {
      totp_bound: 'An authenticator app was added.',
      totp_removed: 'The authenticator app was removed.',
      totp_restored: 'The authenticator app that a recovery had set aside counts again.',
      totp_disabled:
        'The authenticator app was entered wrongly too often in recoveries. It no longer gets the account back until it is set up again. Signing in with it still works.',
      backup_code_made: 'New backup codes were made. The codes from before no longer work.',
      backup_code_removed: 'The backup codes were removed.',
      backup_code_restored: 'The backup codes that a recovery had set aside count again.',
      backup_code_disabled:
        'Backup codes were entered wrongly too often in recoveries. They no longer get the account back; please make new ones.',
      code_disabled:
        'Too many wrong codes were entered for one of your addresses. Codes to it now have 20 digits. Enter one of them, or use the link in the mail, and they are short again.',
      password_changed: 'The password was changed. All other devices were signed out.',
      addresses_changed: 'The email addresses or phone numbers of the account were changed.',
      password_put: 'A new password was set for the account. All devices were signed out.',
      password_ended:
        'The password that was set by a recovery with one of those no longer works. All devices were signed out.',
      account_disabled:
        'The account was disabled. Nobody can sign in to it or recover it. All devices were signed out.',
      account_enabled: 'The account was enabled again.',
      access_changed: 'The roles of the account, or the protection it requires, were changed.',
      password_limited:
        'A wrong password was entered 100 times in a row. In browsers and apps where you have not signed in before, the password no longer gets anyone in. Where you have, nothing changes. Recovering the account lifts this.',
      totp_guessed:
        'Someone who knows your password has entered 100 wrong codes of your authenticator app in a row when signing in. Nobody got in. Choose a new password. Until then the app may not sign you in; a backup code does, and so does recovering the account.',
    },
    notYouHeading: 'Was this not you?',
    notYou: 'Recover your account now: that signs everyone out and sets a new password.',
    notYouDisabled: (service) =>
      `Contact the people who run ${service}. As soon as the account is enabled again, you can recover it here.`,
    recoverLabel: 'Recover my account',
    notYouUndo:
      'Undo it now: it is removed, and whoever set it up is signed out. Then choose a new password. The link works until it counts for recovering your account.',
    undoLabel: 'This was not me',
    footer: (service) =>
      `${service} sends this mail to every address of an account whose security settings change. It is written automatically; please do not reply.`,
    sms: (service, what) => `${service}: ${what} Not you? Recover your account.`,
    smsUndo: (service, what, url) => `${service}: ${what} Not you? Undo it now: ${url}`,
    smsDisabled: (service, what) => `${service}: ${what}`,
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
    orLink: '您也可以轻点一下继续。在其他设备上打开时，需要输入原页面显示的数字。',
    linkLabel: '是我本人，继续',
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
    was: (password, accountUrl) =>
      ({
        set: '账户已设置新密码，所有已登录的设备均已退出。如果是您本人操作，则无需理会。',
        ended: `所有已登录的设备均已退出，您的旧密码已失效。如果是您本人操作，则无需理会；需要时可在 ${accountUrl} 设置新密码。`,
        kept: '系统已签发新的登录凭据，所有已登录的设备均已退出。如果是您本人操作，则无需理会。',
      })[password],
    suspended: '最近 30 天内设置的身份验证器应用或备用码已停用，以防是他人设置的。请在您的账户中确认或移除。',
    notYouHeading: '不是您本人操作？',
    notYou: (password, signsOut) => {
      const back = { set: '，新密码随即失效，之前的密码恢复有效', ended: '，您的旧密码恢复有效', kept: '' }[
        password
      ];
      if (signsOut) return `请在 72 小时内撤销：对方将立即退出登录${back}。`;
      return `请在 72 小时内撤销${back}。然后请您自行找回账户：对方将因此退出登录。`;
    },
    stopLabel: '这不是我本人操作',
    notYouRemoved: '此地址已从账户中移除，因此无法撤销。如果该账户仍属于您，请自行找回或寻求帮助。',
    footer: (service) =>
      `您收到此邮件，是因为使用此地址的 ${service} 账户已被找回。本邮件由系统自动发送，请勿回复。`,
    sms: (service, url, passwordEnded) =>
      `【${service}】您的账户已被找回，所有设备均已退出登录${passwordEnded ? '，旧密码已失效' : ''}。非本人操作？请在 72 小时内撤销：${url}`,
    smsRemoved: (service) => `【${service}】曾使用此号码的账户已被找回。如该账户仍属于您，请自行找回。`,
  },
  held: {
    subject: (service) => `有人正在找回您的 ${service} 账户`,
    preview: '如果是您本人操作，请在等待期结束后回来；如果不是，您可以终止。',
    heading: '您的账户有一次找回正在等待',
    lead: (service, when) => `有人于 ${when} 通过了身份验证，以找回您的 ${service} 账户。`,
    waits: (until) =>
      `此账户最近有一次找回被终止。为使所有能够提出异议的人有足够时间，本次找回将等待至 ${until}。如果是您本人操作，请在此之后三天内回到开始时的页面。`,
    notYou: '请立即终止：没有人能进入您的账户。',
    sms: (service, until, url) =>
      `【${service}】有人正在找回您的账户，需等待至 ${until}。非本人操作？请终止：${url}`,
    smsRemoved: (service) => `【${service}】有人正在找回曾使用此号码的账户。如该账户仍属于您，请自行找回。`,
  },
  changed: {
    subject: (service) => `您的 ${service} 账户安全设置有变更`,
    heading: '您的账户有变更',
    lead: (service, when) => `您的 ${service} 账户于 ${when} 发生以下变更：`,
    what: {
      totp_bound: '已添加身份验证器应用。',
      totp_removed: '已移除身份验证器应用。',
      totp_restored: '账户找回时停用的身份验证器应用已恢复使用。',
      totp_disabled:
        '在找回账户时，身份验证器的动态码错误次数过多。重新绑定之前，不能再用它找回账户；用它登录不受影响。',
      backup_code_made: '已生成新的备用码，之前的备用码全部失效。',
      backup_code_removed: '已移除备用码。',
      backup_code_restored: '账户找回时停用的备用码已恢复使用。',
      backup_code_disabled: '在找回账户时，备用码错误次数过多，不能再用来找回账户，请重新生成。',
      code_disabled:
        '发往您某个地址的验证码错误次数过多。发往该地址的验证码现为 20 位；输入其中一个，或使用邮件中的链接后，即恢复为短验证码。',
      password_changed: '密码已更改，其他设备均已退出登录。',
      addresses_changed: '账户的邮箱地址或手机号码已变更。',
      password_put: '账户已设置新密码，所有设备均已退出登录。',
      password_ended: '通过其中一个地址找回账户时设置的密码已失效，所有设备均已退出登录。',
      account_disabled: '账户已被停用，任何人都无法登录或找回，所有设备均已退出登录。',
      account_enabled: '账户已重新启用。',
      access_changed: '账户的角色或其要求的保护级别已变更。',
      password_limited:
        '密码已连续输错 100 次。在您从未登录过的浏览器和应用中，密码已无法用于登录；在您登录过的浏览器和应用中不受影响。找回账户后即可恢复。',
      totp_guessed:
        '有人知道您的密码，并在登录时连续输错 100 次身份验证器动态码，但未能登录。请更改密码。在此之前，身份验证器可能无法用于登录，但您可以使用备用码，或找回账户。',
    },
    notYouHeading: '不是您本人操作？',
    notYou: '请立即找回您的账户：这会使所有设备退出登录，并设置新密码。',
    notYouDisabled: (service) => `请联系 ${service} 的工作人员。账户重新启用后，您可以在这里找回。`,
    recoverLabel: '找回我的账户',
    notYouUndo:
      '请立即撤销：所设置的内容将被移除，对方将退出登录。然后请设置新密码。链接在其可用于找回账户之前有效。',
    undoLabel: '这不是我本人操作',
    footer: (service) =>
      `您收到此邮件，是因为使用此地址的 ${service} 账户的安全设置发生了变更。本邮件由系统自动发送，请勿回复。`,
    sms: (service, what) => `【${service}】${what}非本人操作？请立即找回账户。`,
    smsUndo: (service, what, url) => `【${service}】${what}非本人操作？请立即撤销：${url}`,
    smsDisabled: (service, what) => `【${service}】${what}`,
  },
};

export const wordings: Record<Locale, Wording> = { en, 'zh-Hans': zhHans };
