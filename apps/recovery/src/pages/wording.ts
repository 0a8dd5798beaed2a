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
  handBack: { title: string; lead(app: string): string; submit(app: string): string };
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
  skip: 'Skip to the content',
  error: 'Error',
  thereIsAProblem: 'There is a problem',
  steps: { label: 'Steps', who: 'Who you are', code: 'Your code', fresh: 'Fresh access' },
  form: {
    title: (service) => `Get back into ${service}`,
    lead: 'We send a code to the mail address or phone of your account. With it you choose a new password.',
    leadForApp: (app) =>
      `We send a code to the mail address or phone of your account. With it you are back in ${app}.`,
    identifier: 'Mail address, phone number or user name',
    hint: 'For example mei@example.com or +1 202 555 0123',
    country: 'Country of the phone number',
    countryHint: 'Only for a number without + and country code',
    noCountry: 'No country',
    submit: 'Send me a code',
    problem: 'Enter a mail address, a phone number or a user name. A phone number needs its country.',
  },
  code: {
    title: 'Enter the code',
    lead: 'If we know this account, a code is on its way to it by mail or SMS. It is good for 10 minutes.',
    label: 'Code',
    hint: 'Usually 6 digits by SMS and 8 by mail, sometimes more. Spaces do not matter.',
    submit: 'Continue',
    wrong: (left) =>
      left === 0
        ? 'That code is not right, and it was the last try.'
        : `That code is not right. You have ${left} ${left === 1 ? 'try' : 'tries'} left.`,
    empty: 'Enter the digits of the code.',
    resendHeading: 'No code yet?',
    resendIn: (seconds) => `You can ask for another in ${seconds} s.`,
    resendNow: 'You can ask for another now.',
    tooEarly: (seconds) => `The last code was just sent. You can ask for another in ${seconds} s.`,
    sent: 'Another code is on its way. The one before is still good.',
    resend: 'Send another code',
    byMail: 'Send it by mail',
    bySms: 'Send it by SMS',
    noMessage: 'Look into the spam folder too. Nothing arrives if the account is written differently here.',
    restart: 'Start again with something else',
  },
  password: {
    title: 'Choose a new password',
    lead: 'You have proved who you are. Everyone who is signed in to your account will be signed out.',
    leadForApp: (app) =>
      `You have proved who you are. Choose a new password, and you go back to ${app}. The old one stops working, and everyone who is signed in to your account is signed out.`,
    label: 'New password',
    rules: 'At least 15 characters. A few words you can remember are best; spaces are welcome.',
    show: 'Show',
    hide: 'Hide',
    submit: 'Set the password',
    refused: {
      too_short: 'This password is too short. Use at least 15 characters; a few words in a row will do.',
      too_long: 'This password is too long. Use at most 256 characters.',
      blocklisted:
        'This password is one that attackers try first. Choose another, for example a few words that do not belong together.',
      too_similar:
        'This password is made of your name, your address or the name of this service. Choose another.',
    },
  },
  handBack: {
    title: 'One more step',
    lead: (app) =>
      `You have proved who you are. Everyone who is signed in to your account will be signed out, and you go back to ${app}.`,
    submit: (app) => `Back to ${app}`,
  },
  done: {
    title: 'You are back',
    lead: 'Your new password is set, and everyone who was signed in has been signed out.',
    told: 'We have told every mail address and phone of your account, in case it was not you.',
    signIn: 'Sign in',
    backToApp: 'You can close this page and sign in where you were.',
  },
  notices: {
    over: {
      title: 'This recovery is over',
      text: 'It has ended or its time ran out. You can begin again; nothing is lost.',
    },
    no_tries: {
      title: 'No tries left',
      text: 'There were too many wrong codes. You can begin again and get a new one.',
    },
    limited: {
      title: 'Too many requests',
      text: 'There were too many requests from your network. Please wait a little.',
    },
    unavailable: {
      title: 'Just a moment',
      text: 'This does not work right now. Nothing is lost; please try again in a minute.',
    },
    forbidden: {
      title: 'This page was too old',
      text: 'For your safety the form was not taken. Please go back and try again.',
    },
    bad_request: {
      title: 'This link is not right',
      text: 'The app that sent you here is not known, or its link is incomplete. Please go back to the app.',
    },
    no_session: {
      title: 'Nothing here yet',
      text: 'This browser has no recovery under way. Please begin here.',
    },
    not_found: { title: 'There is no such page', text: 'Perhaps the address was mistyped.' },
  },
  restart: 'Begin again',
  waitMinutes: (minutes) => `About ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
};

const zhHans: PageWording = {
  languageName: '简体中文',
  skip: '跳到正文',
  error: '错误',
  thereIsAProblem: '出现问题',
  steps: { label: '步骤', who: '确认账户', code: '输入验证码', fresh: '恢复访问' },
  form: {
    title: (service) => `找回 ${service} 账户`,
    lead: '我们会向您账户的邮箱或手机发送验证码。凭验证码即可设置新密码。',
    leadForApp: (app) => `我们会向您账户的邮箱或手机发送验证码。凭验证码即可回到${app}。`,
    identifier: '邮箱、手机号或用户名',
    hint: '例如 mei@example.com 或 +86 138 0013 8000',
    country: '手机号所属国家或地区',
    countryHint: '仅当号码前没有 + 和国家代码时需要',
    noCountry: '不选择',
    submit: '发送验证码',
    problem: '请输入邮箱、手机号或用户名。手机号需要选择国家或地区。',
  },
  code: {
    title: '输入验证码',
    lead: '如果我们有此账户，验证码正通过邮件或短信发出，10 分钟内有效。',
    label: '验证码',
    hint: '短信通常为 6 位数字，邮件通常为 8 位数字，有时更长。空格不影响。',
    submit: '继续',
    wrong: (left) => (left === 0 ? '验证码不正确，且已无剩余次数。' : `验证码不正确，还可尝试 ${left} 次。`),
    empty: '请输入验证码中的数字。',
    resendHeading: '还没有收到？',
    resendIn: (seconds) => `${seconds} 秒后可重新发送。`,
    resendNow: '现在可以重新发送。',
    tooEarly: (seconds) => `验证码刚刚发出，请在 ${seconds} 秒后重新发送。`,
    sent: '新的验证码已在路上，之前的验证码仍然有效。',
    resend: '重新发送',
    byMail: '通过邮件发送',
    bySms: '通过短信发送',
    noMessage: '请同时查看垃圾邮件文件夹。如果填写的信息与账户不一致，则不会收到验证码。',
    restart: '换一种信息重新开始',
  },
  password: {
    title: '设置新密码',
    lead: '您已通过身份验证。设置后，所有已登录此账户的设备都将退出。',
    leadForApp: (app) =>
      `您已通过身份验证。请设置新密码，随后您将回到${app}。旧密码将失效，所有已登录此账户的设备都将退出。`,
    label: '新密码',
    rules: '至少 15 个字符。建议使用几个便于记忆的词语，可以包含空格。',
    show: '显示',
    hide: '隐藏',
    submit: '设置密码',
    refused: {
      too_short: '密码太短。请至少使用 15 个字符，例如连续几个词语。',
      too_long: '密码太长。最多 256 个字符。',
      blocklisted: '这是攻击者最先尝试的密码之一。请另选一个，例如几个互不相关的词语。',
      too_similar: '密码由您的名字、邮箱或本服务名称组成。请另选一个。',
    },
  },
  handBack: {
    title: '最后一步',
    lead: (app) => `您已通过身份验证。所有已登录此账户的设备都将退出，您将回到${app}。`,
    submit: (app) => `回到${app}`,
  },
  done: {
    title: '账户已找回',
    lead: '新密码已设置，所有已登录的设备均已退出。',
    told: '我们已通知此账户的所有邮箱和手机，以防并非您本人操作。',
    signIn: '去登录',
    backToApp: '您可以关闭此页面，回到原来的地方登录。',
  },
  notices: {
    over: { title: '此次找回已结束', text: '它已完成或已超时。您可以重新开始，不会有任何损失。' },
    no_tries: { title: '已无剩余次数', text: '错误的验证码过多。您可以重新开始并获取新的验证码。' },
    limited: { title: '请求过多', text: '来自您网络的请求过多，请稍候再试。' },
    unavailable: { title: '请稍候', text: '暂时无法完成。没有任何损失，请一分钟后再试。' },
    forbidden: { title: '页面已过期', text: '为了您的安全，表单未被接受。请返回并重试。' },
    bad_request: { title: '链接不正确', text: '将您带到这里的应用无法识别，或链接不完整。请返回该应用。' },
    no_session: { title: '还没有开始', text: '此浏览器中没有正在进行的找回。请从这里开始。' },
    not_found: { title: '页面不存在', text: '地址可能有误。' },
  },
  restart: '重新开始',
  waitMinutes: (minutes) => `大约 ${minutes} 分钟。`,
};

export const pageWordings: Record<Locale, PageWording> = { en, 'zh-Hans': zhHans };
