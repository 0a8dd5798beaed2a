export { AccountImport } from './account-import.js';
export { deleteAccount } from './delete-account.js';
export { deleteClient } from './delete-client.js';
export {
  endSessionOfAccount,
  endSessionsOfAccount,
  endSessionsOfClient,
  endSessionsOfRecovery,
} from './end-sessions.js';
export { everyClient, type ManagementContext } from './management-context.js';
export { putAccount, replaceAccount } from './put-account.js';
export { putClient } from './put-client.js';
