import { auditEventSchema } from '@rekey/audit';
import { assistViewSchema, listedRecoverySchema, recoveryTimelineSchema } from '@rekey/recovery';
import type { z } from 'zod';
import type * as views from '../../web/src/api/views.js';
import type * as work from '../../web/src/api/work-views.js';
import { proofResponse } from '../audit-responses.js';
import { clientResponse } from '../management.schema.js';
import { overrideResponse } from '../staff/overrides.schema.js';
import {
  accountViewResponse,
  diagnosisResponse,
  overviewResponse,
  settingsResponse,
} from '../staff/reads/reads.schema.js';
import { invitedResponse, memberResponse, sessionResponse } from '../staff/staff.schema.js';

/** As JSON has it: a member without a value is left out. */
type Sent<Value> = Value extends (infer Each)[]
  ? Sent<Each>[]
  : Value extends object
    ? { [Name in keyof Value]: Sent<Exclude<Value[Name], undefined>> }
    : Value;

/** Does not compile when the web app reads of an answer what the route does not promise. */
const read =
  <View>() =>
  <Shape extends z.ZodType>(
    shape: Shape & (Sent<z.output<Shape>> extends View ? unknown : never),
  ): z.ZodType =>
    shape;

test('the web app reads what the routes for staff answer', () => {
  const shapes = [
    read<views.SessionView>()(sessionResponse),
    read<views.AuditEventView>()(auditEventSchema),
    read<views.AccountView>()(accountViewResponse),
    read<views.RecoveryRow>()(listedRecoverySchema),
    read<views.RecoveryView>()(recoveryTimelineSchema),
    read<work.MemberView>()(memberResponse),
    read<work.InvitedView>()(invitedResponse),
    read<work.ClientView>()(clientResponse),
    read<work.SettingView>()(settingsResponse.shape.settings.element),
    read<work.DiagnosisView>()(diagnosisResponse),
    read<work.OverviewView>()(overviewResponse),
    read<work.AssistView>()(assistViewSchema),
    read<work.OverrideView>()(overrideResponse),
    read<work.ProofView>()(proofResponse),
  ];
  expect(shapes).not.toContain(undefined);
});
