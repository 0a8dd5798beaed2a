export {
  type Correlation,
  correlationHeaders,
  correlationOf,
  type RequestSource,
  readRequestId,
  type TraceContext,
} from './correlation.js';
export type { LabelsOf, RecordMetric } from './metrics.js';
export { inSpan, markFailed, startSpan } from './span.js';
export { openTelemetry, Telemetry, type TelemetryOptions } from './telemetry.js';
export type { TracingOptions } from './tracing.js';
