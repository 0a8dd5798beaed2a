import { kindWordings } from '@rekey/proofs';
import type { Wording } from './wording.js';

export const wording: Wording = {
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
    waits: (until, url) =>
      `为保护账户安全，本次找回需要等待至 ${until}，让账户所有者有时间终止本次找回。如果是您本人操作，请在此后 3 天内回到开始时的页面或应用。在开始时使用的浏览器中，可通过此链接返回：${url}`,
    released: (url) =>
      `本次找回此前处于等待期。客服已结束等待，现在可以完成找回。如果是您本人操作，请在 3 天内回到开始时的页面或应用。在开始时使用的浏览器中，可通过此链接返回：${url}`,
    notYou: '请立即终止，此次找回便无法完成。',
    stopLabel: '不是我本人操作，终止',
    sms: (service, until, url) =>
      `【${service}】有人正在找回您的账户，需等待至 ${until}。非本人操作？请终止：${url}`,
    smsReleased: (service, url) =>
      `【${service}】有人正在找回您的账户，客服已结束等待。非本人操作？请终止：${url}`,
    smsRemoved: (service) =>
      `【${service}】有人正在找回曾使用此号码的账户。如该账户仍属于您，请前往 ${service} 找回。`,
  },
  assisted: {
    subject: (service) => `客服已发起对您 ${service} 账户的找回`,
    preview: '如果是您请求的帮助，则无需任何操作；如果不是，您可以终止。',
    heading: '客服已发起对您账户的找回',
    lead: (service, when) => `有人于 ${when} 请求 ${service} 客服帮助找回您的账户，客服已为其发起找回。`,
    was: '本次找回仍需验证是您本人。客服看不到您的验证码，也绝不会向您索要。如果是您请求的帮助，请在输入字母代码的页面或应用中继续。',
    notYou: '请立即终止，此次找回便无法完成。',
    stopLabel: '不是我本人操作，终止',
    sms: (service, url) => `【${service}】客服应他人请求发起了对您账户的找回。非本人操作？请终止：${url}`,
    smsRemoved: (service) =>
      `【${service}】客服发起了对曾使用此号码的账户的找回。如该账户仍属于您，请前往 ${service} 找回。`,
  },
  changed: {
    subject: (service) => `您的 ${service} 账户安全提醒`,
    heading: '安全提醒',
    lead: (service, when) => `您的 ${service} 账户于 ${when} 发生了以下变更：`,
    what: {
      ...kindWordings['zh-Hans'].changes,
      password_changed: '密码已更改，其他设备均已退出登录。',
      addresses_changed: '账户的邮箱或手机号已变更。',
      password_put: '账户已设置新密码，所有设备均已退出登录。',
      password_ended: '用已移除或不安全的邮箱或手机号找回账户时设置的密码已失效，所有设备均已退出登录。',
      account_disabled: '账户已被停用，任何人都无法登录或找回，所有设备均已退出登录。',
      account_enabled: '账户已重新启用。',
      access_changed: '您账户的权限或安全要求已变更。',
      password_limited:
        '密码已连续输错 100 次。现在只能在您登录过的浏览器和应用中使用密码登录。找回账户即可解除限制。',
      recovery_denied: '客服终止了此账户一次处于等待期的找回，该找回已无法完成。',
      address_compromised:
        '客服已将账户的另一个邮箱或手机号标记为不安全：不再向其发送验证码和通知，使用过它的找回不再有效。',
      address_restored: '客服已恢复使用账户的一个邮箱或手机号：将重新向其发送验证码和通知。',
      override_requested:
        '此账户已没有可用的找回方式，有人请求客服在不使用验证码的情况下协助找回。此请求须由另一名客服人员批准。',
      override_approved:
        '客服已批准：某位出示了身份证明的人员可以不使用验证码找回此账户，最早在 24 小时之后。',
    },
    notYouHeading: '如果不是您本人操作',
    notYou: '请立即找回您的账户：这会使所有设备退出登录，您可以设置新密码。',
    notYouDisabled: (service) => `请联系 ${service} 的客服。账户重新启用后，您可以在这里找回。`,
    recoverLabel: '找回我的账户',
    notYouUndo:
      '请立即撤销：此项将被移除，添加者将退出登录。然后请设置新密码。新方式可用于找回账户后，此链接即失效。',
    undoLabel: '不是我本人操作，撤销',
    notYouOverride: '请立即终止，此后任何人都无法通过这种方式进入账户。',
    stopOverrideLabel: '不是我本人操作，终止',
    footer: (service) =>
      `您收到此邮件，是因为使用此邮箱的 ${service} 账户的安全设置发生了变更。本邮件由系统自动发送，请勿回复。`,
    sms: (service, what) => `【${service}】${what}非本人操作？请立即找回账户。`,
    smsUndo: (service, what, url) => `【${service}】${what}非本人操作？请立即撤销：${url}`,
    smsStopOverride: (service, what, url) => `【${service}】${what}非本人操作？请终止：${url}`,
    smsDisabled: (service, what) => `【${service}】${what}如有疑问，请联系客服。`,
  },
};
