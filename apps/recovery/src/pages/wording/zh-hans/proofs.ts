import type { ProofWording } from '../proofs.js';

export const proofs: ProofWording = {
  otherWay: '改用备用码',
  linkNumber: '如果在其他设备上打开了邮件，请在该设备上输入此数字：',
  linkDone: '我已打开链接，继续',
  sendTo: (address) => `发送验证码到 ${address}`,
  other: {
    title: '使用备用码',
    lead: '如果您保存了此账户的备用码，请输入其中一个。',
    moreTitle: '还差一步',
    moreLead: '验证成功。此账户已启用两步验证，请再用另一种方式确认是您本人。',
    submit: '继续',
    wrong: (left) => (left === 0 ? '代码不正确，尝试次数已用完。' : `代码不正确，还可尝试 ${left} 次。`),
    empty: '请输入代码。',
    backToCode: '输入邮件或短信中的验证码',
    byCode: '获取邮件或短信验证码',
  },
  stuck: {
    title: '无法在此继续',
    text: '此账户需要用第二种方式确认是您本人，而这里无法提供。请联系该服务的客服。',
  },
  link: {
    title: '要找回您的账户吗？',
    lead: (service) => `您打开了 ${service} 邮件中的链接。如果是您请求找回账户，请继续。`,
    submit: '继续找回',
    warning: '如果您没有请求找回，请关闭本页面。打开链接不会更改任何内容。',
    numberTitle: '请输入您看到的数字',
    numberLead:
      '这不是您开始找回时使用的浏览器。请输入原页面上显示的数字。如果是别人让您打开本页面或告诉您数字，请关闭本页面。',
    number: '数字',
    numberHint: '三位数字。',
    wrong: (left) => (left === 0 ? '数字不正确，尝试次数已用完。' : `数字不正确，还可尝试 ${left} 次。`),
    doneTitle: '完成',
    done: '请回到开始找回的页面，继续下一步。',
    goneTitle: '链接已失效',
    gone: '此链接已过期或已使用。请回到开始找回的页面，或重新开始。',
    restart: '重新开始',
  },
};
