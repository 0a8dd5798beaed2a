import { isAccountId } from '@rekey/accounts';
import { auditEventNames } from '@rekey/audit';
import { isUuid } from '@rekey/kernel';
import { states } from '@rekey/recovery';
import { z } from 'zod';

/** @param longest characters */
export const oneLine = (longest: number) =>
  z
    .string()
    .trim()
    .regex(
      new RegExp(`^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]{1,${longest}}$`, 'u'),
      `must be 1 to ${longest} characters on one line`,
    );

export const accountId = z
  .string()
  .refine(isAccountId, 'must be 1 to 128 letters, digits, "_", ".", ":" or "-"')
  .meta({ example: 'u-1' });
const uuid = z
  .string()
  .toLowerCase()
  .refine(isUuid, 'must be a UUID')
  .meta({ example: '019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a' });

const time = (example: string) =>
  z.iso
    .datetime({ offset: true, error: 'must be a time such as 2026-11-27T08:00:00Z (RFC 3339)' })
    .meta({ example });
const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

/** Every list is read page by page. */
export const paging = {
  cursor: z
    .string()
    .min(1)
    .max(600)
    .optional()
    .describe(
      '`next` of the page before, with the same other parameters. Rows that are added meanwhile shift nothing',
    ),
  limit: z.coerce
    .number({ error: 'must be a number from 1 to 200' })
    .int()
    .min(1)
    .max(200)
    .default(50)
    .describe('How many, at most'),
};

/** The member of a page that leads to the next one. */
export const next = z
  .string()
  .optional()
  .describe('`cursor` of the next page; omitted on the last one')
  .meta({ example: 'q83vEjRWeJCrze8SNFZ4kDIwMjYtMTEtMjdUMDg6MDA' });

export const findQuery = z.object({
  identifier: z
    .string()
    .min(1)
    .max(1024)
    .describe('An email address, a phone number or a user name, whole')
    .meta({ example: 'grace@example.com' }),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'must be a country code of two letters (ISO 3166-1)')
    .optional()
    .describe('For a phone number in national form')
    .meta({ example: 'GB' }),
});

export const clientsQuery = z.object(paging);

export const recoveriesQuery = z.object({
  account_id: accountId.optional(),
  state: z.enum(states).optional(),
  ...paging,
});

const auditFilters = {
  account_id: accountId.optional(),
  recovery_id: uuid.optional(),
  event: z.enum(auditEventNames).optional().describe('A name of docs/reference/audit-events.md'),
  from: time('2026-11-01T00:00:00Z').optional().describe('At this time or later'),
  to: time('2026-12-01T00:00:00Z').optional().describe('Before this time'),
};

export const auditQuery = z.object({ ...auditFilters, ...paging });
export const auditExportQuery = z.object({
  format: z.enum(['ndjson', 'csv']),
  ...auditFilters,
});

type AuditFilters = z.output<z.ZodObject<typeof auditFilters>>;

export const auditFilterOf = ({ account_id, recovery_id, event, from, to }: AuditFilters) => ({
  accountId: account_id,
  recoveryId: recovery_id,
  event,
  from: instant(from),
  to: instant(to),
});
