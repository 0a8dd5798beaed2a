import { clientMembers } from '@rekey/http';
import { longestTyped } from '@rekey/kernel';
import { z } from 'zod';
import { startBody } from './recovery.schema.js';

export const assistBody = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(longestTyped)
    .describe('Eight letters, which the member of staff reads out. Spaces, hyphens and case do not count'),
  locale: startBody.shape.locale,
  device_token: startBody.shape.device_token,
  ...clientMembers,
});

const view = {
  id: z.uuid(),
  state: z
    .enum(['opened', 'matched', 'ended', 'expired'])
    .describe(
      '`matched` once the member of staff has typed the number. The other two lead nowhere: ask for a new code',
    ),
  number: z
    .string()
    .optional()
    .describe(
      'Three digits, while it is `opened`. Show them to the person, who tells them to the member of staff',
    ),
  expires_at: z.iso.datetime(),
  recovery: z
    .object({ id: z.uuid(), token: z.string().describe('Bearer token of that recovery') })
    .optional()
    .describe('Once it is `matched`. It goes on as one that this app has started: a code has been sent'),
};
export const assistResponse = z.object(view);
export const openedResponse = z.object({
  ...view,
  token: z.string().describe('Bearer token of this assist'),
});
