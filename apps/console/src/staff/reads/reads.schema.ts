import { auditEventSchema } from '@rekey/audit';
import { overviewDays } from '@rekey/management';
import { listedRecoverySchema } from '@rekey/recovery';
import { causeNames, factNames, longestToken, remedies } from '@rekey/tokens';
import { z } from 'zod';
import { auditEventExample } from '../../examples.js';
import { paging } from '../../query.schema.js';
import { accountViewExample, diagnosisExample, overviewExample, settingsExample } from './examples.js';

const time = z.iso.datetime();
const auditId = z.string().optional().describe('Of the event that says so: `GET /staff/audit/{id}`');

export const foundResponse = z
  .object({ accounts: z.array(z.object({ id: z.string() })).max(1) })
  .meta({ examples: [{ accounts: [{ id: 'u-1' }] }] });

const address = z.object({
  id: z.string(),
  kind: z.enum(['email', 'phone']),
  masked: z.string(),
  verified: z.boolean(),
  primary: z.boolean(),
  bound_at: time.describe('When it was added, or confirmed later'),
  disabled: z.boolean().describe('It gets no short codes: too many in a row were wrong'),
  compromised_at: time
    .optional()
    .describe('When staff marked it as read by somebody else: nothing goes there'),
});

const authenticator = z.object({
  id: z.string(),
  kind: z.string(),
  bound_at: time,
  provenance: z
    .enum(['sign_in', 'recovery'])
    .optional()
    .describe('What the session that bound it came from; omitted when that is no longer known'),
  recovery_id: z.string().optional(),
  session_id: z.string().optional().describe('The session that bound it'),
  client_id: z.string().optional(),
  bound_from: z.string().optional().describe('The network that it was bound from'),
  audit_id: auditId,
  last_used_at: time.optional(),
  codes_left: z.number().int().optional(),
  counts_from: time.optional().describe('It counts in a recovery from then on; omitted if it does already'),
  disabled_at: time.optional().describe('Since then too many wrong values keep it from proving anything'),
  suspended_at: time.optional().describe('Since then it does not count: a recovery has suspended it'),
  suspended_by: z.string().optional().describe('That recovery'),
});

const session = z.object({
  id: z.string(),
  client_id: z.string(),
  scope: z.string(),
  acr: z.string(),
  amr: z.array(z.string()),
  recovery_id: z.string().optional(),
  created_at: time,
  refreshed_at: time,
  expires_at: time.describe('When it ends without a further refresh'),
  ended_at: time.optional(),
  cause: z.enum(causeNames).optional().describe('Why it ended, as a diagnosis of its tokens says'),
  audit_id: auditId,
  ended_by: z.string().optional().describe('`actor` of that event'),
});

export const accountViewResponse = z
  .object({
    id: z.string(),
    username: z.string().optional(),
    status: z.enum(['active', 'disabled']),
    roles: z.array(z.string()),
    locale: z.string().optional(),
    aal: z.literal(2).optional(),
    created_at: time,
    password_changed_at: time.optional(),
    addresses: z.array(address),
    authenticators: z.array(authenticator).describe('Newest first'),
    sessions: z.array(session).describe('Newest first, 200 at most'),
    recoveries: z.array(listedRecoverySchema).describe('Newest first, 50 at most'),
  })
  .meta({ examples: [accountViewExample] });

export const eventsQuery = z.object(paging);

export const revealResponse = z
  .object({ value: z.string().describe('A mail address, or a number in E.164') })
  .meta({ examples: [{ value: 'grace@example.com' }] });

export const requestResponse = z
  .object({ events: z.array(auditEventSchema).describe('Oldest first, 200 at most') })
  .meta({ examples: [{ events: [auditEventExample] }] });

export const settingsResponse = z
  .object({
    process: z.string().describe('Other processes may have other settings'),
    settings: z.array(
      z.object({
        name: z.string(),
        meaning: z.string(),
        value: z.string().optional(),
        unset: z.string().optional().describe('What happens without a value'),
        from: z.enum(['default', 'environment', 'file']),
        secret: z.literal(true).optional().describe('It has no `value`, set or not'),
      }),
    ),
  })
  .meta({ examples: [settingsExample] });

export const overviewQuery = z.object({
  days: z
    .enum(overviewDays.map(String) as [string, ...string[]])
    .default('1')
    .describe('How far back'),
});

const numbers = z.array(z.number().int());
const perStep = (what: string) => numbers.describe(`${what}: one number for each step`);
const sometimes = z.array(z.number().int().nullable());

export const overviewResponse = z
  .object({
    from: time,
    to: time.describe('Now: the last step is not over'),
    step_s: z.number().int(),
    at: z.array(time).describe('When each step begins'),
    funnel: z
      .object({
        started: z.number().int(),
        proven: z.number().int(),
        held: z.number().int(),
        completed: z.number().int(),
        stopped: z.number().int(),
        cancelled: z.number().int(),
        expired: z.number().int(),
      })
      .describe(
        'Recoveries that were started since `from`, and what has become of them. One is in several of these',
      ),
    recoveries: z
      .object({
        started: perStep('started in the step'),
        completed: perStep('of these, until now, completed'),
        held: perStep('of these, held at some time'),
      })
      .describe('By when they were started'),
    delivery: z
      .array(
        z.object({
          channel: z.enum(['email', 'sms']),
          sent: perStep('accepted by the mail server or the provider'),
          failed: perStep('refused for good, or reported as undeliverable'),
          p50_ms: sometimes.describe('From the request until it was accepted, of the half; null for none'),
          p95_ms: sometimes.describe('The same of 95 in 100'),
        }),
      )
      .describe('Codes, without notifications, by when they were asked for'),
    tokens: z
      .object({
        issued: perStep('sessions issued in the step'),
        ended: z
          .array(z.object({ cause: z.enum(causeNames), counts: numbers }))
          .describe('Of these, until now, ended before their time'),
      })
      .describe('By when the session was issued'),
    failures: z
      .array(z.object({ cause: z.string().describe('Name of the event'), count: z.number().int() }))
      .describe('Events of the audit since `from` that are a failure or a denial, the most frequent first'),
    waiting: z
      .object({ held: z.number().int(), overrides: z.number().int() })
      .describe('Now: recoveries whose hold is not over, and overrides without a second person'),
  })
  .meta({ examples: [overviewExample] });

export const diagnosisBody = z.strictObject({ token: z.string().trim().min(1).max(longestToken) });

export const diagnosisResponse = z
  .object({
    cause: z.enum(causeNames),
    remedy: z.enum(remedies),
    description: z.string(),
    evidence: z.array(
      z.object({
        what: z.enum(factNames),
        at: time.optional(),
        value: z.string().optional().describe('An id, a kind, who did it, or a network'),
        audit_id: auditId,
      }),
    ),
    claims: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Of an access token that we have signed, decoded. Nothing is shown of another one'),
  })
  .meta({ examples: [diagnosisExample] });
