import type { AssistWording } from '../assist.js';

export const assist: AssistWording = {
  form: {
    title: '在客服协助下找回账户',
    lead: '您正在与客服通话吗？请输入客服人员读出的字母。',
    code: '客服提供的字母',
    hint: '8 个字母，例如 WDJB-MJHT。',
    submit: '继续',
    warning: '如果这些字母来自并非您主动联系的人，请不要输入，请自行联系客服。',
  },
  number: {
    title: '请告诉客服此数字',
    lead: '请将此数字告诉正在与您通话的客服人员。',
    label: '您的数字',
    next: '客服人员输入此数字后，您就可以在此继续。',
    continue_: '继续',
    warning: '我们绝不会在电话中向您索要验证码。接下来发送给您的验证码，请勿告诉任何人。',
    otherCode: '输入其他字母',
  },
  over: '未能成功，或已超过 10 分钟。请向客服人员索取新的字母。',
  problems: {
    unknown: '这些字母无效。字母只能使用一次，10 分钟内有效。请检查，或向客服人员索取新的字母。',
    limited: '尝试次数过多，请 10 分钟后再试。',
  },
};
