export { developmentSecrets } from './development-secrets.js';
export { loadSettings, readSetting, SettingsError } from './load-settings.js';
export { settingsOrExit } from './read-environment.js';
export type { ExternalIssuerSettings, ProcessName, Settings, TwilioSettings } from './settings.js';
export { variables } from './variables.js';
