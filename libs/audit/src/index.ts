import './audit-event.entity.js';
import './sealing/entities.js';

export type { Anchor } from './anchors/anchor.js';
export { openAnchor } from './anchors/open-anchor.js';
export { pushHeads } from './anchors/push-heads.js';
export {
  type AuditEvent,
  findAudit,
  insertAudit,
  pruneAudit,
  recordAudit,
} from './audit-event.js';
export { countFailures } from './count-failures.js';
export { auditOutcomes } from './described-event.js';
export { type AuditEventName, auditEventNames } from './events.js';
export { findingKinds } from './export/finding.js';
export { logProof, type WrittenProof, wrongWith } from './export/log-proof.js';
export { proveEvent } from './export/prove-event.js';
export { ProofMaker } from './export/prove-from-export.js';
export { ExportVerifier, type Report } from './export/verify-export.js';
export { exportLog } from './export/write-export.js';
export { findEvents, type SoughtEvent } from './find-events.js';
export { type StateEvent, stateEvent } from './find-of-account.js';
export { type RecordedDecision, readHoldDecisions } from './hold-decisions.js';
export { type OverrideEnding, overrideEndings } from './override-endings.js';
export {
  type AuditEventView,
  type AuditFilter,
  auditEventMembers,
  auditEventSchema,
  listAudit,
  readAudit,
  walkAudit,
} from './read.js';
export { eventsOfRequest } from './read-request.js';
export {
  type HeadKey,
  type LogKeys,
  logKeysOf,
  readHeadKeys,
  readLogKeys,
  verifierLines,
} from './sealing/log-keys.js';
export { AuditSealer } from './sealing/seal.js';
export { askForErasure, eraseAccounts, isToBeErased, thinHeads, unsealedSeconds } from './sealing/upkeep.js';
export { recordSettings } from './settings-in-force.js';
export { type StaffChange, staffChanges } from './staff-changes.js';
export { silencedAddress, tookPart } from './took-part.js';
export { type NoteVerifier, readVerifier } from './tree/note.js';
