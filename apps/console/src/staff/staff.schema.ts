import { type StaffRole, staffRights, staffRoles } from '@rekey/staff';
import { z } from 'zod';
import { oneLine } from '../query.schema.js';

export const role = z.enum(staffRoles as readonly [StaffRole, ...StaffRole[]]);

const reason = oneLine(500).describe('Why. It is kept in the audit');

const name = oneLine(100);

const secret = z.string().max(100).describe('What follows # in the link of an invitation');

/** What a browser returns for a passkey: base64url, of which the library reads what it verifies. */
const encoded = z.string().max(16_384);
const credential = {
  id: z.string().max(1_400),
  rawId: z.string().max(1_400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(100).nullish(),
  clientExtensionResults: z.looseObject({}).default({}),
};
const registration = z.looseObject({
  ...credential,
  response: z.looseObject({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: z
      .array(z.string().regex(/^[\w-]{1,30}$/))
      .max(10)
      .optional(),
  }),
});
const assertion = z.looseObject({
  ...credential,
  response: z.looseObject({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: z.string().max(100).optional(),
  }),
});

export const invitationBody = z.strictObject({ invitation: secret });
export const registrationBody = z.strictObject({ invitation: secret, response: registration });
export const assertionBody = z.strictObject({ response: assertion });
export const demoBody = z.strictObject({ role });
export const emptyBody = z.strictObject({});
export const inviteBody = z.strictObject({ name, role, reason });
export const reasonBody = z.strictObject({ reason });
export const memberBody = z
  .strictObject({ role: role.optional(), disabled: z.boolean().optional(), reason })
  .refine((body) => body.role !== undefined || body.disabled !== undefined, {
    path: ['role'],
    message: 'set role, disabled, or both',
  });

const time = z.iso.datetime();

export const sessionResponse = z.object({
  id: z.string().describe('Of the member of staff'),
  name: z.string(),
  role,
  demo: z.boolean(),
  rights: z.array(z.enum(staffRights)),
  signed_in_at: time,
  expires_at: time,
  idle_expires_at: time.describe('Each request moves it ahead'),
  fresh_until: time.describe('Until then, acts that change something need no passkey'),
});

const options = z
  .looseObject({ challenge: z.string() })
  .describe('For the WebAuthn API of the browser, in JSON');
export const registrationOffer = z.object({ name: z.string(), role, options });
export const passkeyOffer = z.object({ options });
export const signInResponse = z.object({ demo: z.boolean().describe('Anybody may enter as a demo person') });

export const memberResponse = z.object({
  id: z.string(),
  name: z.string(),
  role,
  state: z.enum(['invited', 'active', 'disabled']),
  demo: z.boolean(),
  created_at: time,
  last_seen_at: time.nullable(),
  invitation_expires_at: time.nullable(),
});
export const membersResponse = z.object({ members: z.array(memberResponse) });
export const namesResponse = z.object({ names: z.array(memberResponse.pick({ id: true, name: true })) });
export const invitedResponse = z.object({
  id: z.string().describe('Of the member of staff'),
  url: z.string().describe('For one person, and one use. It is shown once'),
  expires_at: time,
});
