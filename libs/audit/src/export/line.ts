import { z } from 'zod';
import { hashLength } from '../tree/hash.js';
import type { Json } from './canonical.js';

/** What the first line says the format is. */
export const format = 'rekey-audit/1';

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);
/** A hash of the tree, as base64. */
export const hash = z
  .string()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine(({ length }) => length === hashLength, 'is not 32 bytes in base64');
const position = z.int().min(0);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

/** What is known of an event, behind its members in the leaf. */
export const event = z.strictObject({
  id: z.uuid(),
  at: time,
  recorded_at: time.optional(),
  event: z.string(),
  actor: z.string(),
  account: z.string().optional(),
  recovery_id: z.uuid().optional(),
  request_id: z.string().optional(),
  source: z.string().optional(),
  detail: z.record(z.string(), json),
});

/** Which account a commitment is to. */
export const opening = z.strictObject({ account_id: z.string(), salt: z.string() });

/** The lines of an export, in their order: one `log`, its `subtree`s, then `event`s and `checkpoint`s by size, and one `end`. */
export const line = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('log'),
    format: z.literal(format),
    origin: z.string(),
    /** The first position that is exported: what is before it is past its retention, and known by its subtrees. */
    first: position,
    size: position,
  }),
  z.strictObject({ type: z.literal('subtree'), hash }),
  z.strictObject({
    type: z.literal('event'),
    /** Its place in the tree. An event that has none should have been sealed, and was not. */
    position: position.optional(),
    /** The hash that the tree has there. */
    leaf: hash.optional(),
    /** What the log says now; left out when the log has lost it. */
    content: event.optional(),
    /** Which account the commitment is to, and the salt that shows it, as base64; left out when the account is erased. */
    opens: opening.optional(),
  }),
  z.strictObject({ type: z.literal('checkpoint'), note: z.string() }),
  z.strictObject({ type: z.literal('end'), lines: position }),
]);

export type Line = z.output<typeof line>;
export type LineOf<T extends Line['type']> = Extract<Line, { type: T }>;

/** @returns undefined when it is no line of an export */
export function readLine(text: string): Line | undefined {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
