import type { KindWording } from './wording.js';

export const wording: KindWording = {
  bound: {
    totp: {
      title: '身份验证器应用',
      none: '尚未设置。设置后，他人仅凭盗取的邮箱或手机号无法控制您的账户。',
      bound: (date) => `设置于 ${date}。`,
      setUp: '设置身份验证器应用',
      replace: '重新设置',
      disabled: '动态码错误次数过多，此应用已不能用于找回账户，但仍可用于登录。请重新设置。',
      ask: { label: '身份验证器应用中的动态码', hint: '应用当前显示的 6 位数字。' },
    },
    backup_code: {
      title: '备用码',
      none: '尚未生成。这是十个可抄在纸上的代码，供其他方式都不可用时使用。',
      bound: (date, left) => `剩余 ${left} 个（共 10 个），生成于 ${date}。`,
      setUp: '生成备用码',
      replace: '重新生成',
      disabled: '备用码错误次数过多，已不能用于找回账户。请重新生成。',
      ask: { label: '备用码', hint: '您保存的备用码之一，例如 ABCD-EFGH-JKMN-PQRS。每个只能使用一次。' },
    },
  },
  made: {
    backup_code: {
      title: '您的备用码',
      lead: '每个备用码只能使用一次。请打印或抄写下来，像护照一样妥善保管。',
      warning: '备用码仅显示这一次。之前的备用码已全部失效。',
      done: '我已保存',
    },
  },
  changes: {
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
    totp_guessed:
      '有人持有您的密码，并连续输错 100 次身份验证器动态码，均未成功。请立即更改密码。在此之前，动态码可能无法使用，请使用备用码，或找回账户。',
  },
};
