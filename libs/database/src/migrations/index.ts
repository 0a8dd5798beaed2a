import type { MigrationInterface } from 'typeorm';
import { Accounts1764000000001 } from './1-accounts.js';
import { Audit1764000000002 } from './2-audit.js';
import { Limits1764000000003 } from './3-limits.js';
import { Tokens1764000000004 } from './4-tokens.js';
import { Recovery1764000000005 } from './5-recovery.js';
import { AccountsAuthenticators1764000000006 } from './6-accounts-authenticators.js';
import { LimitsSms1764000000007 } from './7-limits-sms.js';
import { RecoveryProofs1764000000008 } from './8-recovery-proofs.js';
import { TokensKeys1764000000009 } from './9-tokens-keys.js';
import { TokensDevices1764000000010 } from './10-tokens-devices.js';
import { TokensClients1764000000012 } from './12-tokens-clients.js';
import { RecoveryCauses1764000000013 } from './13-recovery-causes.js';
import { RecoveryLocale1764000000014 } from './14-recovery-locale.js';
import { AuditAge1764000000015 } from './15-audit-age.js';
import { TokensFamilies1764000000016 } from './16-tokens-families.js';
import { AccountsGeneration1764000000017 } from './17-accounts-generation.js';
import { TokensEvidence1764000000018 } from './18-tokens-evidence.js';
import { RecoveryEvidence1764000000019 } from './19-recovery-evidence.js';
import { RecoveryClient1764000000020 } from './20-recovery-client.js';
import { TokensClientOwner1764000000021 } from './21-tokens-client-owner.js';
import { AccountsPlanted1764000000022 } from './22-accounts-planted.js';
import { RecoverySuspended1764000000023 } from './23-recovery-suspended.js';
import { AuditRecorded1764000000024 } from './24-audit-recorded.js';
import { RecoveryStops1764000000025 } from './25-recovery-stops.js';
import { LimitsOdds1764000000026 } from './26-limits-odds.js';
import { AccountsKnownBrowsers1764000000027 } from './27-accounts-known-browsers.js';
import { LimitsFailures1764000000028 } from './28-limits-failures.js';
import { TokensDeviceAccount1764000000029 } from './29-tokens-device-account.js';
import { RecoveryKnownBrowsers1764000000030 } from './30-recovery-known-browsers.js';
import { RecoveryTakenBack1764000000032 } from './32-recovery-taken-back.js';
import { DatabaseStandardWords1764000000033 } from './33-database-standard-words.js';
import { AccountsKinds1764000000034 } from './34-accounts-kinds.js';
import { DatabaseSweeps1764000000036 } from './36-database-sweeps.js';
import { OutboxReceipts1764000000037 } from './37-outbox-receipts.js';
import { TokensUnused1764000000038 } from './38-tokens-unused.js';
import { AccountsLanguage1764000000040 } from './40-accounts-language.js';
import { AuditTree1764000000041 } from './41-audit-tree.js';
import { AuditOrigin1764000000042 } from './42-audit-origin.js';
import { AccountsHolds1764000000043 } from './43-accounts-holds.js';
import { AuditSeldom1764000000045 } from './45-audit-seldom.js';
import { Staff1764000000046 } from './46-staff.js';
import { AuditRequest1764000000047 } from './47-audit-request.js';
import { AccountsCompromised1764000000048 } from './48-accounts-compromised.js';
import { StaffOverrides1764000000049 } from './49-staff-overrides.js';
import { RecoveryAssists1764000000050 } from './50-recovery-assists.js';
import { AuditErasures1764000000051 } from './51-audit-erasures.js';
import { StaffOverridesRetention1764000000052 } from './52-staff-overrides-retention.js';

/** A migration of the schema; TypeORM makes the instance. */
export interface Migration {
  new (): MigrationInterface;
  /** Why processes of the release before cannot serve on the new schema; omitted when they can, as they should. */
  readonly stopsReleaseBefore?: string;
}

/** In the order of their numbers. Reviewed by hand, and never edited after a release. */
export const migrations: Migration[] = [
  Accounts1764000000001,
  Audit1764000000002,
  Limits1764000000003,
  Tokens1764000000004,
  Recovery1764000000005,
  AccountsAuthenticators1764000000006,
  LimitsSms1764000000007,
  RecoveryProofs1764000000008,
  TokensKeys1764000000009,
  TokensDevices1764000000010,
  TokensClients1764000000012,
  RecoveryCauses1764000000013,
  RecoveryLocale1764000000014,
  AuditAge1764000000015,
  TokensFamilies1764000000016,
  AccountsGeneration1764000000017,
  TokensEvidence1764000000018,
  RecoveryEvidence1764000000019,
  RecoveryClient1764000000020,
  TokensClientOwner1764000000021,
  AccountsPlanted1764000000022,
  RecoverySuspended1764000000023,
  AuditRecorded1764000000024,
  RecoveryStops1764000000025,
  LimitsOdds1764000000026,
  AccountsKnownBrowsers1764000000027,
  LimitsFailures1764000000028,
  TokensDeviceAccount1764000000029,
  RecoveryKnownBrowsers1764000000030,
  RecoveryTakenBack1764000000032,
  DatabaseStandardWords1764000000033,
  AccountsKinds1764000000034,
  DatabaseSweeps1764000000036,
  OutboxReceipts1764000000037,
  TokensUnused1764000000038,
  AccountsLanguage1764000000040,
  AuditTree1764000000041,
  AuditOrigin1764000000042,
  AccountsHolds1764000000043,
  AuditSeldom1764000000045,
  Staff1764000000046,
  AuditRequest1764000000047,
  AccountsCompromised1764000000048,
  StaffOverrides1764000000049,
  RecoveryAssists1764000000050,
  AuditErasures1764000000051,
  StaffOverridesRetention1764000000052,
];
