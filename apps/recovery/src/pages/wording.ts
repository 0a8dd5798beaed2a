import type { Locale } from '@rekey/kernel';

/** All that the pages say, in one language. */
export interface PageWording {
  languageName: string;
  skip: string;
  error: string;
  thereIsAProblem: string;
  steps: { label: string; who: string; code: string; fresh: string };
  form: {
    title(service: string): string;
    lead: string;
    leadForApp(app: string): string;
    identifier: string;
    hint: string;
    country: string;
    countryHint: string;
    noCountry: string;
    submit: string;
    problem: string;
  };
  code: {
    title: string;
    lead: string;
    label: string;
    hint: string;
    submit: string;
    wrong(left: number): string;
    empty: string;
    resendHeading: string;
    resendIn(seconds: number): string;
    resendNow: string;
    tooEarly(seconds: number): string;
    sent: string;
    resend: string;
    byMail: string;
    bySms: string;
    noMessage: string;
    restart: string;
  };
  password: {
    title: string;
    lead: string;
    leadForApp(app: string): string;
    label: string;
    rules: string;
    show: string;
    hide: string;
    submit: string;
    refused: Record<'too_short' | 'too_long' | 'blocklisted' | 'too_similar', string>;
  };
  returnToApp: { title: string; lead(app: string): string; submit(app: string): string };
  done: { title: string; lead: string; told: string; signIn: string; backToApp: string };
  notices: Record<NoticeKind, { title: string; text: string }>;
  restart: string;
  waitMinutes(minutes: number): string;
}

export type NoticeKind =
  | 'over'
  | 'no_tries'
  | 'limited'
  | 'unavailable'
  | 'forbidden'
  | 'bad_request'
  | 'no_session'
  | 'not_found';

const en: PageWording = {
  languageName: 'English',
  skip: 'Skip to content',
  error: 'Error',
  thereIsAProblem: 'There is a problem',
  steps: { label: 'Steps', who: 'Your account', code: "Confirm it's you", fresh: 'New password' },
  form: {
    title: (service) => `Get back into ${service}`,
    lead: "We'll send a code to the email address or phone on your account. Then you can choose a new password.",
    leadForApp: (app) =>
      `We'll send a code to the email address or phone on your account. Then you can go back to ${app}.`,
    identifier: 'Email, phone or username',
    hint: 'For example, mei@example.com or +1 202 555 0123',
    country: 'Country of your phone number',
    countryHint: "Only if the number doesn't start with + and a country code",
    noCountry: 'No country',
    submit: 'Send me a code',
    problem:
      'Enter your email, phone or username. For a phone number, start with + and the country code, or choose its country.',
  },
  code: {
    title: 'Enter the code',
    lead: "If this matches an account, we've sent a code by email or SMS. It works for 10 minutes.",
    label: 'Code',
    hint: "Usually 6 digits by SMS and 8 by email, sometimes more. Spaces don't matter.",
    submit: 'Continue',
    wrong: (left) =>
      left === 0
        ? "That code isn't right, and it was your last try."
        : `That code isn't right. You have ${left} ${left === 1 ? 'try' : 'tries'} left.`,
    empty: 'Enter the code.',
    resendHeading: "Didn't get a code?",
    resendIn: (seconds) => `You can ask for another in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    resendNow: 'You can ask for another one now.',
    tooEarly: (seconds) =>
      `You've just asked for a code. You can ask for another in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    sent: "If this matches an account, we've sent another code. The previous one still works.",
    resend: 'Send another code',
    byMail: 'Send it by email',
    bySms: 'Send it by SMS',
    noMessage: 'Check your spam folder. We only send a code if this matches an account.',
    restart: 'Use a different email, phone or username',
  },
  password: {
    title: 'Choose a new password',
    lead: "You've confirmed it's you. Setting a new password signs all devices out of your account.",
    leadForApp: (app) =>
      `You've confirmed it's you. Choose a new password, and you'll go back to ${app}. Your old password stops working, and all devices are signed out of your account.`,
    label: 'New password',
    rules: 'At least 15 characters. A few words you can remember work well, and you can use spaces.',
    show: 'Show',
    hide: 'Hide',
    submit: 'Set new password',
    refused: {
      too_short: 'This password is too short. Use at least 15 characters. A few words in a row work well.',
      too_long: 'This password is too long. Use 256 characters or fewer.',
      blocklisted:
        "This password is too easy to guess. Choose another, such as a few words that don't belong together.",
      too_similar:
        'This password is too close to your name, your address or the name of this service. Choose another.',
    },
  },
  returnToApp: {
    title: 'One more step',
    lead: (app) =>
      `You've confirmed it's you. All devices will be signed out of your account, and you'll go back to ${app}.`,
    submit: (app) => `Back to ${app}`,
  },
  done: {
    title: "You're back in",
    lead: 'Your new password is set, and all devices have been signed out of your account.',
    told: "We've sent a notice to every email address and phone number on your account, in case this wasn't you.",
    signIn: 'Sign in',
    backToApp: 'You can close this page and sign in with your new password.',
  },
  notices: {
    over: {
      title: 'This recovery has ended',
      text: 'It was finished or stopped, or it ran out of time. You can start again.',
    },
    no_tries: {
      title: 'No tries left',
      text: 'Too many wrong codes were entered. You can start again and get a new code.',
    },
    limited: {
      title: 'Too many requests',
      text: 'There were too many requests from your network. Please try again later.',
    },
    unavailable: {
      title: 'Not available right now',
      text: "Something isn't working on our side. Nothing is lost. Please try again in a minute.",
    },
    forbidden: {
      title: 'This page has expired',
      text: "For your security we didn't process the form. Go back and try again.",
    },
    bad_request: {
      title: "This link doesn't work",
      text: "We don't know the app that sent you here, or its link is incomplete. Please go back to the app and try again.",
    },
    no_session: {
      title: 'Start here',
      text: 'No recovery is in progress in this browser.',
    },
    not_found: { title: 'Page not found', text: 'Check the web address. It may have been mistyped.' },
  },
  restart: 'Start again',
  waitMinutes: (minutes) => `Wait about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
};

const zhHans: PageWording = {
  languageName: '简体中文',
  skip: '跳到正文',
  error: '错误',
  thereIsAProblem: '出现问题',
  steps: { label: '步骤', who: '您的账户', code: '验证身份', fresh: '新密码' },
  form: {
    title: (service) => `找回 ${service} 账户`,
    lead: '我们会向您账户的邮箱或手机发送验证码，验证后即可设置新密码。',
    leadForApp: (app) => `我们会向您账户的邮箱或手机发送验证码，验证后即可回到${app}。`,
    identifier: '邮箱、手机号或用户名',
    hint: '例如 mei@example.com 或 +86 138 0013 8000',
    country: '手机号所属的国家或地区',
    countryHint: '仅当号码前没有 + 和国家代码时需要选择',
    noCountry: '不选择',
    submit: '发送验证码',
    problem: '请输入邮箱、手机号或用户名。手机号请以 + 和国家代码开头，或选择国家或地区。',
  },
  code: {
    title: '输入验证码',
    lead: '如果您填写的信息与某个账户匹配，我们已通过邮件或短信发送验证码，10 分钟内有效。',
    label: '验证码',
    hint: '短信验证码通常为 6 位数字，邮件验证码通常为 8 位，有时更长。有无空格均可。',
    submit: '继续',
    wrong: (left) => (left === 0 ? '验证码不正确，且已无剩余次数。' : `验证码不正确，还可尝试 ${left} 次。`),
    empty: '请输入验证码。',
    resendHeading: '没有收到验证码？',
    resendIn: (seconds) => `${seconds} 秒后可重新发送。`,
    resendNow: '现在可以重新发送。',
    tooEarly: (seconds) => `您刚刚请求过验证码，请在 ${seconds} 秒后重新发送。`,
    sent: '如果您填写的信息与某个账户匹配，新的验证码已发出。之前的验证码仍然有效。',
    resend: '重新发送',
    byMail: '通过邮件发送',
    bySms: '通过短信发送',
    noMessage: '请查看垃圾邮件文件夹。只有在您填写的信息与某个账户匹配时，我们才会发送验证码。',
    restart: '换用其他邮箱、手机号或用户名',
  },
  password: {
    title: '设置新密码',
    lead: '您已通过身份验证。设置新密码后，所有设备都将退出登录。',
    leadForApp: (app) =>
      `您已通过身份验证。请设置新密码，随后您将回到${app}。旧密码将失效，所有设备都将退出登录。`,
    label: '新密码',
    rules: '至少 15 个字符。建议使用几个便于记忆的词语，可以包含空格。',
    show: '显示',
    hide: '隐藏',
    submit: '设置新密码',
    refused: {
      too_short: '密码太短。请至少使用 15 个字符，例如连续几个词语。',
      too_long: '密码太长。最多 256 个字符。',
      blocklisted: '密码太容易被猜到。请换一个，例如几个互不相关的词语。',
      too_similar: '密码与您的名字、邮箱或本服务的名称过于相似。请换一个。',
    },
  },
  returnToApp: {
    title: '最后一步',
    lead: (app) => `您已通过身份验证。所有设备都将退出登录，您将回到${app}。`,
    submit: (app) => `回到${app}`,
  },
  done: {
    title: '账户已找回',
    lead: '新密码已设置，所有设备均已退出登录。',
    told: '我们已向此账户的所有邮箱和手机发送通知，以防并非您本人操作。',
    signIn: '去登录',
    backToApp: '您可以关闭此页面，并使用新密码登录。',
  },
  notices: {
    over: { title: '此次找回已结束', text: '它已完成、已被终止或已超时。您可以重新开始。' },
    no_tries: { title: '已无剩余次数', text: '验证码错误次数过多。您可以重新开始，获取新的验证码。' },
    limited: { title: '请求过多', text: '来自您网络的请求过多，请稍后再试。' },
    unavailable: { title: '暂时无法使用', text: '我们这边出现问题。没有任何损失，请一分钟后再试。' },
    forbidden: { title: '页面已过期', text: '为了您的安全，我们没有处理该表单。请返回并重试。' },
    bad_request: {
      title: '此链接无法使用',
      text: '我们无法识别将您带到这里的应用，或链接不完整。请返回该应用并重试。',
    },
    no_session: { title: '从这里开始', text: '此浏览器中没有正在进行的找回。' },
    not_found: { title: '页面不存在', text: '请检查网址是否输入有误。' },
  },
  restart: '重新开始',
  waitMinutes: (minutes) => `大约需要等待 ${minutes} 分钟。`,
};

export const pageWordings: Record<Locale, PageWording> = { en, 'zh-Hans': zhHans };
