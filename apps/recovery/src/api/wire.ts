import { clientMembers } from '@rekey/http';
import { locales } from '@rekey/kernel';
import { proofKinds, states } from '@rekey/recovery';
import { z } from 'zod';

/** What goes over the wire. Unknown members are refused: nothing is set that this page does not name. */

const channel = z.enum(['email', 'sms']);
const when = z.iso.datetime();

/** Its wrong tries and its sends are counted apart from those of strangers. */
const deviceToken = z
  .string()
  .min(1)
  .max(500)
  .optional()
  .describe('What this app was given at the last sign-in or recovery');

export const startBody = z.strictObject({
  identifier: z
    .string()
    .min(1)
    .max(254)
    .describe('A mail address, a phone number (E.164, or national with country) or a user name'),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'two letters of ISO 3166-1')
    .optional(),
  channel: channel.optional(),
  locale: z
    .string()
    .max(35)
    .optional()
    .describe(
      `BCP 47, of the messages with codes: ${locales.join(' or ')}. Else what Accept-Language asks for, else the account's own, else en`,
    ),
  device_token: deviceToken,
  ...clientMembers,
});

export const codeBody = z.strictObject({
  channel: channel.optional(),
  address_id: z.uuid().optional().describe('One of the addresses offered after a first proof'),
});

export const proofBody = z.strictObject({
  kind: z.enum(proofKinds),
  value: z.string().min(1).max(100).describe('Spaces and hyphens are ignored'),
  device_token: deviceToken,
});

export const credentialsBody = z.strictObject({
  password: z
    .string()
    .max(1024)
    .optional()
    .describe('A new password: 15 to 256 characters, none that is common'),
});

export const stopBody = z.strictObject({ token: z.string().min(1).max(200) });

const view = {
  id: z.uuid(),
  state: z.enum(states),
  methods: z
    .array(z.enum(proofKinds))
    .describe(
      'Kinds of proof that would move it; empty while proving: staff have to help; empty while held: nothing to prove',
    ),
  expires_at: when,
  resend_at: when.optional(),
  held_until: when
    .optional()
    .describe(
      'While `held`: enough was proved, and it waits, since a recovery of the account was stopped; then it is proven',
    ),
  match_number: z
    .string()
    .optional()
    .describe("Show it: the page behind a mail's link asks for it when it is opened elsewhere"),
  addresses: z
    .array(z.object({ id: z.uuid(), channel, address: z.string().describe('masked') }))
    .optional()
    .describe('After a first proof: where a code can go'),
};
export const recoveryAnswer = z.object(view);
export const startAnswer = z.object({
  ...view,
  token: z.string().describe('Bearer token of this recovery; shown once'),
});
export const codeAnswer = z.object({ resend_at: when });
/** A token response (RFC 6749 §5.1), with whatever else the issuer has to say. */
export const credentialsAnswer = z.looseObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int().optional().describe("Always there from Rekey's own issuer"),
  refresh_token: z.string().optional().describe("Always there from Rekey's own issuer"),
  scope: z.string().optional().describe("Always there from Rekey's own issuer"),
  issued_token_type: z.string().optional(),
  recovery_id: z.uuid(),
  device_token: z
    .string()
    .describe('Keep it beyond the session, for the next sign-in or recovery from this browser or app'),
});
