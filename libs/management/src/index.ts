export { AccountImport } from './account-import.js';
export {
  listOverridesFor,
  listRecoveriesFor,
  listSessionsOf,
  readAccountOf,
  readOverrideOf,
} from './audited-reads.js';
export { decideRecovery } from './decide-recovery.js';
export { deleteAccount } from './delete-account.js';
export { deleteClient } from './delete-client.js';
export { diagnoseToken } from './diagnose-token.js';
export {
  endSessionOfAccount,
  endSessionsOfAccount,
  endSessionsOfClient,
  endSessionsOfRecovery,
} from './end-sessions.js';
export { endSessionsBecause, type SessionsToEnd } from './end-sessions-because.js';
export { eraseAccount } from './erase-account.js';
export { type AccountExport, exportAccount } from './export-account.js';
export { findAccountsBy } from './find-accounts.js';
export { everyClient, type ManagementContext } from './management-context.js';
export { markAddress } from './mark-address.js';
export {
  approveOverrideFor,
  draftOverrideFor,
  requestOverrideFor,
  useOverrideIn,
} from './overrides.js';
export {
  type OverviewDays,
  OverviewReader,
  type OverviewView,
  overviewDays,
} from './overview/read-overview.js';
export { proveAuditEvent } from './prove-event.js';
export { patchAccount, putAccount, replaceAccount } from './put-account.js';
export { putClient } from './put-client.js';
export { type AuditExport, exportAudit, readAuditEvent, searchAudit } from './read-audit.js';
export { readRecoveryOf } from './read-recovery.js';
export { readRequestOf } from './read-request.js';
export { setAccountStatus } from './set-status.js';
export { type AccountView, revealAddress, type ViewedAuthenticator, viewAccount } from './view-account.js';
