import { z } from 'zod';

/**
 * What this browser did last: so that a form sent again, a page gone back to or a restored tab hears what became of it. It gives no right
 * to do anything anew; the redirect to an app may be repeated, by the rules of a repeated completion. Read leniently: another release may
 * have written it.
 */
export const latelyCookie = z.object({
  /** The recovery that it started last, by which form, and when (milliseconds since 1970). */
  started: z.object({ id: z.uuid(), form: z.string().max(64), at: z.number() }).optional(),
  /** The recovery that it ended last. */
  ended: z
    .object({
      id: z.uuid(),
      how: z.enum(['completed', 'cancelled']),
      /** The name of the app that began it. */
      app: z.string().max(100).optional(),
      /** Where that app waits, for `form-action`. */
      origin: z.string().max(2_000).optional(),
    })
    .optional(),
  /** The form that signed in last, as a digest: sent again, it uses no second factor once more. */
  signedIn: z.object({ form: z.string().max(64) }).optional(),
  /** The link of a message that it used last. */
  used: z.object({ of: z.enum(['stop', 'link']), token: z.string().max(200) }).optional(),
});
export type Lately = z.output<typeof latelyCookie>;
