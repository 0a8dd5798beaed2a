import { clientMembers } from '@rekey/http';
import { channels, isLanguageTag, locales, longestTag, longestTyped } from '@rekey/kernel';
import { proofKinds } from '@rekey/proofs';
import { states } from '@rekey/recovery';
import { z } from 'zod';

/** What goes over the wire. Unknown members are refused: nothing is set that this page does not name. */

const channel = z.enum(channels);
const preferredChannel = channel
  .optional()
  .describe('If the account has such an address. Where no SMS are sent, codes go by email');
const when = z.iso.datetime();

/** Its wrong tries and its sends are counted apart from those of strangers. */
const deviceToken = z
  .string()
  .min(1)
  .max(500)
  .optional()
  .describe('From the last sign-in or recovery in this app');

export const startBody = z.strictObject({
  identifier: z
    .string()
    .min(1)
    .max(longestTyped)
    .describe('An email address, a phone number (E.164, or national with `country`) or a username'),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'must be two letters (ISO 3166-1)')
    .optional()
    .describe(
      'ISO 3166-1 alpha-2, for a phone number in national form; the code country_required asks for it',
    ),
  channel: preferredChannel,
  locale: z
    .string()
    .max(longestTag)
    .refine(isLanguageTag, 'must be a language tag (BCP 47), such as zh-Hans')
    .optional()
    .describe(
      `Language of the messages with codes (BCP 47): ${locales.map(({ tag }) => tag).join(' or ')}. If left out: Accept-Language, then the language of the account, then en`,
    ),
  device_token: deviceToken,
  ...clientMembers,
});

export const codeBody = z.strictObject({
  channel: preferredChannel,
  address_id: z.uuid().optional().describe('One of the `addresses` offered after a first proof'),
});

export const proofBody = z.strictObject({
  kind: z.enum(proofKinds),
  value: z
    .string()
    .min(1)
    .max(longestTyped)
    .describe('As typed or pasted: spaces, punctuation, invisible characters and text around it are ignored'),
  device_token: deviceToken,
});

export const credentialsBody = z.strictObject({
  password: z
    .string()
    .max(1024)
    .optional()
    .describe('A new password: 15 to 256 characters, and not a common one'),
});

export const stopBody = z.strictObject({ token: z.string().min(1).max(200) });

const view = {
  id: z.uuid(),
  state: z.enum(states),
  methods: z
    .array(z.enum(proofKinds))
    .describe(
      'Kinds of proof that can be given next. Empty while `proving`: only your support can help. Empty while `held`: nothing is left to prove',
    ),
  expires_at: when,
  resend_at: when.optional(),
  held_until: when
    .optional()
    .describe(
      'While `held`: enough was proved, and the owner of the account has time to stop it. At this time it becomes `proven`',
    ),
  match_number: z
    .string()
    .optional()
    .describe(
      'Show it to the person: the link in the email asks for it when it is opened in another browser',
    ),
  addresses: z
    .array(z.object({ id: z.uuid(), channel, address: z.string().describe('Masked') }))
    .optional()
    .describe('After a first proof: where a code can be sent'),
};
export const recoveryResponse = z.object(view);
export const startResponse = z.object({
  ...view,
  token: z.string().describe('Bearer token of this recovery, shown once'),
});
export const codeResponse = z.object({ resend_at: when });
/** A token response (RFC 6749 §5.1), with whatever else the issuer has to say. */
export const credentialsResponse = z.looseObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int().optional().describe("Always present with Rekey's own issuer"),
  refresh_token: z.string().optional().describe("Always present with Rekey's own issuer"),
  scope: z.string().optional().describe("Always present with Rekey's own issuer"),
  issued_token_type: z.string().optional(),
  recovery_id: z.uuid(),
  device_token: z
    .string()
    .describe(
      'Keep it after the session ends. Send it with the next sign-in or recovery from this browser or app',
    ),
});
