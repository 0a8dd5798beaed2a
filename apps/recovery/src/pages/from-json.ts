import type { z } from 'zod';

/** @returns undefined for a text that is no JSON, or something else than the schema says */
export function fromJson<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
