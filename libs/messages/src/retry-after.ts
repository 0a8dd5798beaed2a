/**
 * Reads a `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date.
 *
 * @param now milliseconds since the epoch
 * @returns milliseconds from now, not negative; undefined without a header that can be read
 */
export function retryAfterMs(header: unknown, now: number): number | undefined {
  const text = String(Array.isArray(header) ? header[0] : (header ?? '')).trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // All three forms of HTTP-date (§5.6.7) begin with the name of a day. The second lacks a year's century, the third a time zone.
  if (!/^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? /.test(text)) return undefined;
  const at = Date.parse(/ GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
