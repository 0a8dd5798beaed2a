import type { RefusalCode } from '@rekey/kernel';
import { z } from 'zod';
import { reasonBody } from './staff.schema.js';

export type ReasonBody = z.output<typeof reasonBody>;

export const resendBody = reasonBody.extend({
  authenticator: z
    .string()
    .optional()
    .describe(
      'Id of an address of the account. Without it: another one than that of the last code, by another channel if there is one',
    ),
});
export type ResendBody = z.output<typeof resendBody>;

export const resentResponse = z.object({
  channel: z.enum(['email', 'sms']),
  address: z.string().describe('Masked'),
});

/** What every act of staff on a person may be refused with. */
export const actRefusals = [
  'invalid_request',
  'unauthorized',
  'step_up_required',
  'forbidden',
  'not_found',
] as const satisfies RefusalCode[];
