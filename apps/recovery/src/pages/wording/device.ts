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
