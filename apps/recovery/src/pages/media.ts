import type { MediaRule } from '@rekey/http';

const form = 'application/x-www-form-urlencoded';

/** Pages take forms and give HTML; Twilio sends forms too. */
export const pageMedia: MediaRule[] = [
  { path: /^\/$|^\/recover\/assets\// },
  { path: /^\/recover\/progress$/, gives: 'application/json' },
  { path: /^\/(recover|stop|account|device)(\/|$)/, takes: form, gives: 'text/html' },
  { path: /^\/webhooks\/twilio\//, takes: form, gives: 'application/json' },
];
