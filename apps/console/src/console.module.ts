import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { AuditController } from './audit.controller.js';
import { ClientsController } from './clients.controller.js';
import { ImportController } from './import.controller.js';
import { PersonalDataController } from './personal-data.controller.js';
import { consoleProviders } from './providers.js';
import { RecoveriesController } from './recoveries.controller.js';
import { StaffAccountActsController } from './staff/account-acts.controller.js';
import { StaffAssistsController } from './staff/assists.controller.js';
import { DemoEntry } from './staff/demo-entry.js';
import { StaffMembersController } from './staff/members.controller.js';
import { StaffOverridesController } from './staff/overrides.controller.js';
import { StaffAccountReadsController } from './staff/reads/accounts.controller.js';
import { StaffAuditController } from './staff/reads/audit.controller.js';
import { StaffDeploymentController } from './staff/reads/deployment.controller.js';
import { StaffDiagnosesController } from './staff/reads/diagnoses.controller.js';
import { StaffRecoveryReadsController } from './staff/reads/recoveries.controller.js';
import { StaffRecoveryActsController } from './staff/recovery-acts.controller.js';
import { StaffSessionController } from './staff/session.controller.js';
import { StaffSignInController } from './staff/sign-in.controller.js';
import { WebModule } from './web/web.module.js';

@Module({
  imports: [WebModule],
  controllers: [
    ImportController,
    AccountsController,
    PersonalDataController,
    ClientsController,
    RecoveriesController,
    AuditController,
    StaffSignInController,
    StaffSessionController,
    StaffMembersController,
    StaffAccountReadsController,
    StaffRecoveryReadsController,
    StaffAuditController,
    StaffDeploymentController,
    StaffDiagnosesController,
    StaffAccountActsController,
    StaffRecoveryActsController,
    StaffAssistsController,
    StaffOverridesController,
  ],
  providers: [...consoleProviders, DemoEntry],
})
export class ConsoleModule {}
