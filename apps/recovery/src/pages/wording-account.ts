import type { Locale } from '@rekey/kernel';

/** What the pages of a person's own authenticators say, in one language. */
export interface AccountWording {
  signIn: {
    title: string;
    lead: string;
    deviceTitle: string;
    deviceLead: string;
    identifier: string;
    password: string;
    second: string;
    secondHint: string;
    submit: string;
    wrong: string;
    needsSecond: string;
    limited(minutes: number): string;
    lost: string;
  };
  home: {
    title: string;
    lead: string;
    totp: string;
    totpNone: string;
    totpBound(date: string): string;
    add: string;
    replace: string;
    codes: string;
    codesNone: string;
    codesLeft(left: number, date: string): string;
    make: string;
    makeAgain: string;
    remove: string;
    disabled: string;
    /** A recovery has set it aside. Network and client that it was set up from, where they are known. */
    suspended(from: string | undefined, client: string | undefined): string;
    /** It counts in a recovery from this time on. */
    countsFrom(time: string): string;
    restore: string;
    /** Another of the kind is set up by now. */
    otherFirst: string;
    restored: string;
    signOut: string;
    bound: string;
    removed: string;
  };
  bind: {
    title: string;
    lead: string;
    picture: string;
    byHand: string;
    code: string;
    codeHint: string;
    submit: string;
    wrong: string;
    gone: string;
    cancel: string;
  };
  codes: { title: string; lead: string; warning: string; done: string };
}

const en: AccountWording = {
  signIn: {
    title: 'Your ways back in',
    lead: 'Sign in to set up an authenticator app and backup codes, so that you get back in when your password or phone is gone.',
    deviceTitle: 'Connect a device',
    deviceLead: 'Sign in first. Then you decide about the device.',
    identifier: 'Mail address, phone number or user name',
    password: 'Password',
    second: 'Code from your authenticator app, or a backup code',
    secondHint: 'Only if you have set one up.',
    submit: 'Sign in',
    wrong: 'That did not work. Check what you entered, the code of your authenticator app too.',
    needsSecond: 'Your password is right. Enter it again, with a code from your authenticator app.',
    limited: (minutes) =>
      `There were too many attempts. Please wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, or recover your account.`,
    lost: 'I have no password, or cannot sign in',
  },
  home: {
    title: 'Your ways back in',
    lead: 'Changes here are told to every mail address and phone of your account.',
    totp: 'Authenticator app',
    totpNone: 'None. With one, a stolen mailbox or phone number is not enough to take your account.',
    totpBound: (date) => `Set up on ${date}.`,
    add: 'Set up an authenticator app',
    replace: 'Set up another',
    codes: 'Backup codes',
    codesNone: 'None. Ten codes to keep on paper, for the day when everything else is gone.',
    codesLeft: (left, date) => `${left} of 10 left, made on ${date}.`,
    make: 'Make backup codes',
    makeAgain: 'Make new ones',
    remove: 'Remove',
    disabled: 'It was entered wrongly too often and does not get you back in any more. Set it up again.',
    suspended: (from, client) =>
      `Set aside, because your account was recovered since. Added ${from ? `from the network ${from}` : 'from a network that we do not know'}${client ? `, by the app "${client}"` : ''}. If this was you, confirm it. If not, remove it.`,
    countsFrom: (time) => `Counts for recovering your account from ${time} on. For signing in it counts now.`,
    restore: 'Yes, it is mine',
    otherFirst: 'You have set up another since. To use this one again, remove the other first.',
    restored: 'Confirmed. It counts again.',
    signOut: 'Sign out',
    bound: 'Your authenticator app is set up.',
    removed: 'It is removed.',
  },
  bind: {
    title: 'Set up an authenticator app',
    lead: 'Take the picture with your authenticator app, then enter the code that it shows.',
    picture: 'QR code with the secret for your authenticator app',
    byHand: 'No camera? Enter this secret in the app:',
    code: 'Code that the app shows',
    codeHint: '6 digits; they change every 30 seconds.',
    submit: 'Set it up',
    wrong:
      'That is not the code that the app should show now. Wait for the next one, and check the clock of your phone.',
    gone: 'That took too long. Please begin again.',
    cancel: 'Do not set it up',
  },
  codes: {
    title: 'Your backup codes',
    lead: 'Each works once. Print them or write them down, and keep them where you keep your passport.',
    warning: 'They are shown now and never again. The codes from before no longer work.',
    done: 'I have kept them',
  },
};

const zhHans: AccountWording = {
  signIn: {
    title: '您的找回方式',
    lead: '登录后可设置身份验证器应用和备用码，以便在忘记密码或丢失手机时找回账户。',
    deviceTitle: '连接设备',
    deviceLead: '请先登录，然后决定是否允许该设备。',
    identifier: '邮箱、手机号或用户名',
    password: '密码',
    second: '身份验证器应用的动态码，或一个备用码',
    secondHint: '仅当您已设置时填写。',
    submit: '登录',
    wrong: '登录失败。请检查输入的内容，包括身份验证器应用的动态码。',
    needsSecond: '密码正确。请再次输入密码，并填写身份验证器应用的动态码。',
    limited: (minutes) => `尝试次数过多，请等待 ${minutes} 分钟，或找回您的账户。`,
    lost: '我没有密码，或无法登录',
  },
  home: {
    title: '您的找回方式',
    lead: '此处的任何变更都会通知您账户的所有邮箱和手机。',
    totp: '身份验证器应用',
    totpNone: '尚未设置。设置后，仅凭被盗的邮箱或手机号无法夺走您的账户。',
    totpBound: (date) => `设置于 ${date}。`,
    add: '设置身份验证器应用',
    replace: '重新设置',
    codes: '备用码',
    codesNone: '尚未生成。十个可抄在纸上的代码，供其他方式都不可用时使用。',
    codesLeft: (left, date) => `剩余 ${left} 个（共 10 个），生成于 ${date}。`,
    make: '生成备用码',
    makeAgain: '重新生成',
    remove: '移除',
    disabled: '错误次数过多，已不能用来找回账户。请重新设置。',
    suspended: (from, client) =>
      `账户被找回后，它已停用。设置时的网络：${from ?? '未知'}${client ? `，应用：“${client}”` : ''}。如果是您本人设置，请确认；否则请移除。`,
    countsFrom: (time) => `自 ${time} 起可用于找回账户，现在即可用于登录。`,
    restore: '是我设置的',
    otherFirst: '您之后已另行设置。如需重新使用这一个，请先移除另一个。',
    restored: '已恢复使用。',
    signOut: '退出登录',
    bound: '身份验证器应用已设置。',
    removed: '已移除。',
  },
  bind: {
    title: '设置身份验证器应用',
    lead: '用身份验证器应用扫描图片，然后输入应用显示的动态码。',
    picture: '包含身份验证器密钥的二维码',
    byHand: '无法扫描？请在应用中输入此密钥：',
    code: '应用显示的动态码',
    codeHint: '6 位数字，每 30 秒变化一次。',
    submit: '完成设置',
    wrong: '这不是应用现在应显示的动态码。请等待下一个，并检查手机时间是否准确。',
    gone: '用时过长，请重新开始。',
    cancel: '不设置',
  },
  codes: {
    title: '您的备用码',
    lead: '每个只能使用一次。请打印或抄写下来，像护照一样妥善保管。',
    warning: '备用码仅显示这一次。之前的备用码已全部失效。',
    done: '我已保存',
  },
};

export const accountWordings: Record<Locale, AccountWording> = { en, 'zh-Hans': zhHans };
