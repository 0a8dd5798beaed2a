import type { DeviceWording } from '../device.js';

export const device: DeviceWording = {
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
