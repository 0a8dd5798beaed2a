export { developmentSecrets } from './development-secrets.js';
export {
  type ExternalIssuerSettings,
  loadSettings,
  type SenderSettings,
  type Settings,
  type TwilioSettings,
  type WebhookSettings,
} from './load-settings.js';
export { settingsOrExit } from './read-environment.js';
export { readSetting } from './read-setting.js';
export { renamedVariables } from './renamed-variables.js';
export type { ProcessName } from './run.js';
export { SettingsError } from './settings-error.js';
export type { SettingsInForce } from './settings-in-force.js';
export type { ShownSetting } from './shown-settings.js';
export type { AnchorTarget } from './subjects/audit.js';
export { usersOf } from './used-by.js';
export { variables } from './variables.js';
