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
    lead: 'Enter the code that your device shows.',
    code: 'Code on the device',
    hint: '8 letters, such as WDJB-MJHT.',
    submit: 'Go on',
  },
  consent: {
    title: (name) => `Connect ${name}?`,
    lead: (name) => `${name} will use your account until you sign it out.`,
    check: 'The device in front of you must show this code:',
    warning:
      'Did someone send you this code, or a link to this page? Then say no: they want to get into your account.',
    allow: 'Yes, connect it',
    deny: 'No',
  },
  done: {
    allowed: 'Your device is connected',
    allowedLead: 'It goes on by itself in a moment. You can close this page.',
    denied: 'The device was not connected',
    deniedLead: 'Nothing has changed. You can close this page.',
  },
  problems: {
    unknown:
      'No device waits with this code. Codes are good for ten minutes; check it, or ask the device for a new one.',
    limited: 'There were too many codes. Please wait ten minutes.',
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
    lead: (name) => `${name} 将使用您的账户，直到您将其退出登录。`,
    check: '您面前的设备应显示此代码：',
    warning: '如果此代码或页面链接是别人发给您的，请选择“否”：对方企图进入您的账户。',
    allow: '是，连接',
    deny: '否',
  },
  done: {
    allowed: '设备已连接',
    allowedLead: '设备稍后会自动继续，您可以关闭此页面。',
    denied: '设备未连接',
    deniedLead: '没有任何更改，您可以关闭此页面。',
  },
  problems: {
    unknown: '没有设备在等待此代码。代码十分钟内有效，请检查，或在设备上重新获取。',
    limited: '尝试的代码过多，请等待十分钟。',
  },
};

export const deviceWordings: Record<Locale, DeviceWording> = { en, 'zh-Hans': zhHans };
