import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { TraceContext } from './correlation.js';

export type SpanRole = 'server' | 'client' | 'consumer' | 'internal';

const kinds: Record<SpanRole, SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** Starts a span below the current one; undefined while tracing is off. The caller ends it. */
export function startSpan(
  current: TraceContext,
  name: string,
  role: SpanRole,
  attributes: Attributes = {},
): Span | undefined {
  const span = current.tracer?.startSpan(name, { kind: kinds[role], attributes }, current.context);
  if (span) current.context = trace.setSpan(current.context, span);
  return span;
}

/** Of a fault only its kind: its message may hold what was sent. */
export function markFailed(span: Span | undefined, fault: unknown): void {
  const { code, name } = Object(fault) as { code?: unknown; name?: unknown };
  span?.setAttribute('error.type', String(code ?? name ?? 'unknown'));
  span?.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs the work in a span of its own. Without tracing it only runs the work. */
export async function inSpan<Result>(
  parent: TraceContext | undefined,
  name: string,
  role: SpanRole,
  attributes: Attributes,
  work: (current: TraceContext | undefined) => Promise<Result>,
): Promise<Result> {
  if (!parent?.tracer) return work(parent);
  const current = { ...parent };
  const span = startSpan(current, name, role, attributes);
  try {
    return await work(current);
  } catch (fault) {
    markFailed(span, fault);
    throw fault;
  } finally {
    span?.end();
  }
}
