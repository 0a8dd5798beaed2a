import { isUuid } from '@rekey/kernel';
import { overrideStates } from '@rekey/staff';
import { z } from 'zod';
import { accountId, next, oneLine, paging } from '../query.schema.js';
import { assertionBody, passkeyOffer, reasonBody } from './staff.schema.js';

const uuid = z.string().toLowerCase().refine(isUuid, 'must be a UUID');
const evidence = oneLine(2000).describe(
  'How the identity of the person was attested. It is kept in the audit',
);
const { reason } = reasonBody.shape;

export const overridesQuery = z.object({
  account_id: accountId.optional(),
  state: z.enum(overrideStates).optional(),
  ...paging,
});
const lost = z
  .array(uuid)
  .max(100)
  .optional()
  .describe(
    'Ids of the addresses and authenticators that the person has no more, as you attest it: they count as no proof. Messages still go to such an address',
  );
export const draftBody = z.strictObject({ account_id: accountId, evidence, reason, lost });
const text = z.string().min(1).max(16_384).describe('As it was drafted');
export const signedBody = z.strictObject({ text, response: assertionBody.shape.response });
export const useBody = z.strictObject({ recovery_id: uuid, reason });

const time = z.string();
const named = z.object({ id: z.string(), name: z.string() });

export const overrideResponse = z.object({
  id: z.string(),
  account_id: z.string(),
  state: z
    .enum(overrideStates)
    .describe('`invalid`: the signatures, the row and the audit do not say the same; it can only be denied'),
  flaw: z
    .enum(['request', 'approval', 'times', 'ended', 'signer'])
    .optional()
    .describe(
      'Of an invalid one: what does not fit. `signer`: was disabled, has lost the right or has got another passkey since',
    ),
  evidence: z.string(),
  reason: z.string(),
  lost: z
    .array(z.object({ kind: z.string(), id: z.string() }))
    .optional()
    .describe('Addresses and authenticators that the person has no more, as was attested and signed'),
  requested_by: named,
  requested_at: time,
  approved_by: named.optional(),
  approved_at: time.optional(),
  usable_from: time.optional(),
  expires_at: time.describe('When it ends unused'),
  denied_by: named
    .optional()
    .describe(
      'Omitted when the person of the account has stopped it. Of a client that has deleted the account, its name in the audit',
    ),
  denied_at: time.optional(),
  used_by: named.optional(),
  used_at: time.optional(),
  recovery_id: z.string().optional().describe('The recovery in which it was used'),
});
export const overridesResponse = z.object({ overrides: z.array(overrideResponse), next });
export const toSignResponse = z.object({
  text: z
    .string()
    .describe(
      'What is signed, in canonical JSON (RFC 8785). The challenge of `options` is its SHA-256 digest',
    ),
  options: passkeyOffer.shape.options,
});
