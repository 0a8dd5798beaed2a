import { type Context, isSpanContextValid, ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api';

/** What a piece of work was caused by: it goes wherever the work goes, through processes and rows. */
export interface Correlation {
  /** A UUID; null for what nobody asked for. */
  requestId: string | null;
  /** W3C Trace Context §3.2, while traces are on. */
  traceparent: string | null;
}

/** The network that a request comes from. */
export interface RequestSource {
  /** The IP address, for a call to another process of ours; it is not written down. */
  ip: string;
  /** A keyed pseudonym of the source, computed at the first call; null in a process without a keyring. */
  pseudonym(): string | null;
}

/**
 * Where a piece of work stands. It is handed on, with the database that the work is done on, and is looked up nowhere: what
 * follows each promise by itself cost every request of the issuer a tenth of its time, on Node 20. (Where a queue in PostgreSQL is
 * written to, that price is still paid: BullMQ joins a transaction no other way.)
 */
export interface TraceContext {
  requestId: string | null;
  /** Undefined where no request caused the work, and in the work that a message causes later: no message has it. */
  source?: RequestSource | undefined;
  context: Context;
  tracer?: Tracer | undefined;
  /** What was noted on the way, for the line in the log. */
  events: Record<string, unknown>[];
}

export const newTraceContext = (
  requestId: string | null,
  tracer?: Tracer,
  context = ROOT_CONTEXT,
): TraceContext => ({
  requestId,
  context,
  tracer,
  events: [],
});

/** For the rows and calls that carry the cause on; of nothing, for what nobody asked for. */
export function correlationOf(current: TraceContext | undefined): Correlation {
  return {
    requestId: current?.requestId ?? null,
    traceparent: current?.tracer ? traceparentOf(current.context) : null,
  };
}

/** The same as headers of a call to another process of ours, with the IP address that the request came from. */
export function correlationHeaders(current: TraceContext | undefined): Record<string, string> {
  const { requestId, traceparent } = correlationOf(current);
  return {
    ...(requestId ? { 'x-request-id': requestId } : {}),
    ...(traceparent ? { traceparent } : {}),
    ...(current?.source ? { 'x-forwarded-for': current.source.ip } : {}),
  };
}

const sampledOnly = 0x01;

function traceparentOf(context: Context): string | null {
  const span = trace.getSpanContext(context);
  if (!span || !isSpanContextValid(span)) return null;
  return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & sampledOnly}`;
}

/** @returns the root when it is not one that can be read */
export function readTraceparent(traceparent: string | null | undefined): Context {
  const [, traceId = '', spanId = '', flags = '0'] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & sampledOnly, isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/**
 * A request id that somebody else has made: a UUID of any kind, or its 32 digits alone, as proxies write them. Anything else
 * is not taken: it goes into headers, rows and logs.
 */
export function readRequestId(text: string | undefined): string | undefined {
  const [, a, b, c, d, e] =
    /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(text ?? '') ?? [];
  return a && [a, b, c, d, e].join('-').toLowerCase();
}
