import type { Locale } from '@rekey/kernel';

/** What the pages say where a person lets a device in, in one language. */
export interface DeviceWording {
  form: { title: string; lead: string; code: string; hint: string; submit: string };
  consent: {
    title(name: string): string;
    lead(name: string): string;
    check: string;
    warning: string;
    allow: string;
    deny: string;
  };
  done: { allowed: string; allowedLead: string; denied: string; deniedLead: string };
  problems: { unknown: string; limited: string };
}

const en: DeviceWording = {
  form: {
    title: 'Connect a device',
    lead: 'Enter the code shown on your device.',
    code: 'Code on the device',
    hint: '8 letters, such as WDJB-MJHT.',
    submit: 'Continue',
  },
  consent: {
    title: (name) => `Connect ${name}?`,
    lead: (name) => `${name} will be able to use your account until you sign it out.`,
    check: 'Check that the device in front of you shows this code:',
    warning:
      'Did someone send you this code, or a link to this page? Then choose No. They may be trying to get into your account.',
    allow: 'Yes, connect it',
    deny: 'No',
  },
  done: {
    allowed: 'Your device is connected',
    allowedLead: 'It will continue in a moment. You can close this page.',
    denied: 'The device was not connected',
    deniedLead: 'Nothing has changed. You can close this page.',
  },
  problems: {
    unknown:
      'No device is waiting for this code. Codes work for 10 minutes. Check the code, or get a new one on the device.',
    limited: 'Too many wrong codes. Please wait 10 minutes.',
  },
};

const zhHans: DeviceWording = {
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

export const deviceWordings: Record<Locale, DeviceWording> = { en, 'zh-Hans': zhHans };
