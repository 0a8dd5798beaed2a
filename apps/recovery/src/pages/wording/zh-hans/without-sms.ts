import type { WordingWithoutSms } from '../without-sms.js';

export const withoutSms: WordingWithoutSms = {
  page: {
    form: {
      lead: '我们会向您账户的邮箱发送验证码，验证后即可设置新密码。',
      leadForApp: (app) => `我们会向您账户的邮箱发送验证码，验证后即可回到 ${app}。`,
    },
    code: {
      lead: '如果您填写的信息与某个设有邮箱的账户匹配，我们已向该邮箱发送验证码，10 分钟内有效。',
      hint: '验证码通常为 8 位数字，有时更长。有无空格均可。',
    },
    done: { told: '我们正在向此账户的邮箱发送通知，以防并非您本人操作。' },
  },
  proofs: { other: { backToCode: '输入邮件中的验证码', byCode: '通过邮件获取验证码' } },
  held: { told: '我们正在向此账户的邮箱发送通知。您现在无需任何操作，可以关闭本页面。' },
  stop: {
    held: (hours) =>
      `为防对方再次尝试，此账户的下一次找回需等待 ${hours} 小时。验证身份后，我们会向账户的所有邮箱发送通知。`,
  },
  account: { home: { lead: '您在此处更改设置时，我们会通知您账户的所有邮箱。' } },
};
