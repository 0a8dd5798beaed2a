import type { DeviceWording } from '../device.js';

export const device: DeviceWording = {
  form: {
    title: '连接设备',
    lead: '请输入设备上显示的代码。',
    code: '设备上的代码',
    hint: '8 个字母，例如 WDJB-MJHT。',
    submit: '继续',
  },
  consent: {
    title: (name) => `要连接 ${name} 吗？`,
    lead: (name) => `在您将其退出登录之前，${name} 可以使用您的账户。`,
    check: '请确认您面前的设备显示的是此代码：',
    warning: '如果此代码或本页面的链接是别人发给您的，请选择“否”：对方可能正试图进入您的账户。',
    allow: '是，连接',
    deny: '否',
  },
  done: {
    allowed: '设备已连接',
    allowedLead: '设备稍后会自动继续，您可以关闭本页面。',
    denied: '设备未连接',
    deniedLead: '没有任何更改，您可以关闭本页面。',
  },
  problems: {
    unknown: '没有设备在等待此代码。代码 10 分钟内有效，请检查，或在设备上重新获取。',
    limited: '尝试次数过多，请 10 分钟后再试。',
  },
};
