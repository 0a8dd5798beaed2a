export { developmentSecrets } from './development-secrets.js';
export { loadSettings, readSetting, SettingsError } from './load-settings.js';
export { settingsOrExit } from './read-environment.js';
export type { SenderSettings, TwilioSettings, WebhookSettings } from './senders.js';
export type { ExternalIssuerSettings, ProcessName, Settings } from './settings.js';
export { variables } from './variables.js';
