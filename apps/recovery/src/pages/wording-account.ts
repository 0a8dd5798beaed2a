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
    remove: string;
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
}

const en: AccountWording = {
  signIn: {
    title: 'Recovery options',
    lead: 'Sign in to set up an authenticator app and backup codes. They help you get back in if you lose your password or phone.',
    deviceTitle: 'Connect a device',
    deviceLead: 'Sign in first. Then you can decide about the device.',
    identifier: 'Email, phone or username',
    password: 'Password',
    second: 'Code from your authenticator app, or a backup code',
    secondHint: "Leave this empty if you haven't set one up.",
    submit: 'Sign in',
    wrong:
      "That didn't work. Check what you entered. If you use an authenticator app, enter a new code from it.",
    needsSecond:
      'Your password is right. Enter it again, together with a code from your authenticator app, or a backup code.',
    limited: (minutes) =>
      `Too many attempts. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, or recover your account.`,
    lost: "Can't sign in?",
  },
  home: {
    title: 'Recovery options',
    lead: 'When you change something here, we notify every email address and phone number on your account.',
    remove: 'Remove',
    suspended: (from, client) =>
      `We turned this off to be safe when your account was recovered. It was added from ${from ? `the network ${from}` : 'an unknown network'}${client ? ` with the app "${client}"` : ''}. Did you add it? If not, remove it.`,
    countsFrom: (time) => `Can be used to sign in now, and to recover your account from ${time}.`,
    restore: "Yes, it's mine",
    otherFirst: 'You have set up another one since then. To use this one again, remove the other one first.',
    restored: 'Confirmed. You can use it again.',
    signOut: 'Sign out',
    bound: 'Your authenticator app is set up.',
    removed: 'Removed.',
  },
  bind: {
    title: 'Set up an authenticator app',
    lead: 'Scan this QR code with your authenticator app. Then enter the code the app shows.',
    picture: 'QR code with the setup key for your authenticator app',
    byHand: "Can't scan it? Enter this setup key in the app:",
    code: 'Code from the app',
    codeHint: '6 digits that change every 30 seconds.',
    submit: 'Finish setup',
    wrong:
      "That code isn't right. Wait for the next one and try it. If that fails, check your phone's clock.",
    gone: 'This setup has expired. Please start again.',
    cancel: 'Cancel',
  },
};

const zhHans: AccountWording = {
  signIn: {
    title: '找回方式',
    lead: '登录后可设置身份验证器应用和备用码，以便在忘记密码或丢失手机时找回账户。',
    deviceTitle: '连接设备',
    deviceLead: '请先登录，然后决定是否允许该设备。',
    identifier: '邮箱、手机号或用户名',
    password: '密码',
    second: '身份验证器应用的动态码，或一个备用码',
    secondHint: '如果未设置，请留空。',
    submit: '登录',
    wrong: '登录失败。请检查输入的内容。如果您使用身份验证器应用，请输入新的动态码。',
    needsSecond: '密码正确。请再次输入密码，并填写身份验证器应用的动态码或一个备用码。',
    limited: (minutes) => `尝试次数过多，请等待 ${minutes} 分钟，或找回您的账户。`,
    lost: '无法登录？',
  },
  home: {
    title: '找回方式',
    lead: '您在此处更改设置时，我们会通知您账户的所有邮箱和手机。',
    remove: '移除',
    suspended: (from, client) =>
      `为安全起见，我们在您的账户被找回时停用了此项。添加时的网络：${from ?? '未知'}${client ? `，应用：“${client}”` : ''}。是您添加的吗？如果不是，请移除。`,
    countsFrom: (time) => `现在即可用于登录，自 ${time} 起可用于找回账户。`,
    restore: '是我设置的',
    otherFirst: '您之后已另行设置。如需重新使用这一个，请先移除另一个。',
    restored: '已确认，恢复使用。',
    signOut: '退出登录',
    bound: '身份验证器应用已设置。',
    removed: '已移除。',
  },
  bind: {
    title: '设置身份验证器应用',
    lead: '请用身份验证器应用扫描此二维码，然后输入应用显示的动态码。',
    picture: '包含身份验证器设置密钥的二维码',
    byHand: '无法扫描？请在应用中输入此设置密钥：',
    code: '应用中的动态码',
    codeHint: '6 位数字，每 30 秒变化一次。',
    submit: '完成设置',
    wrong: '动态码不正确。请等待下一个动态码后重试。如果仍不成功，请检查手机时间。',
    gone: '此次设置已过期，请重新开始。',
    cancel: '取消',
  },
};

export const accountWordings: Record<Locale, AccountWording> = { en, 'zh-Hans': zhHans };
