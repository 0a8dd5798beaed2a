import { z } from 'zod';
import type { Run } from '../run.js';
import { baseUrl, choice, list, type Values, type Variable } from '../variable.js';

/** As the OpenTelemetry specification defines them: a W3C baggage without properties. */
const headers = list(z.string().regex(/^[\w-]+\s*=[\x20-\x7e]*$/)).transform((pairs, issues) => {
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name.trim(), decodeURIComponent(value.join('=').trim())];
      }),
    );
  } catch {
    issues.addIssue('not percent-encoded');
    return z.NEVER;
  }
});

const logLevel = ({ process }: Pick<Run, 'process'>) => (process === 'standalone' ? 'warn' : 'info');

/** Metrics, traces and the log. */
export const telemetryVariables = {
  METRICS_TOKEN: {
    meaning: 'bearer token that unlocks all of `/metrics` (see "Monitoring")',
    unset: 'none: only harmless metrics are shown',
    allowed: 'at least 16 characters',
    secret: true,
    schema: z.string().min(16),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning: 'base URL of the OTLP/HTTP collector for traces, without `/v1/traces`',
    unset: 'none: no traces',
    ...baseUrl,
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning: 'headers for the collector, as `name=value`, comma-separated',
    default: {},
    unset: 'none',
    allowed: 'name=value pairs, comma-separated, values percent-encoded',
    secret: true,
    schema: headers,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning: 'share of traces that are sent',
    default: 1,
    allowed: 'a number from 0 to 1',
    schema: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
      .transform(Number),
  },
  LOG_LEVEL: choice('lowest level that is logged', ['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
    unset: `\`${logLevel({ process: 'recovery' })}\`; \`${logLevel({ process: 'standalone' })}\` for \`npm start\``,
  }),
} satisfies Record<string, Variable>;

export function telemetrySettings(values: Values<typeof telemetryVariables>, run: Run) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = values;
  return {
    /** The bearer token that unlocks the full `/metrics`. */
    metricsToken: values.METRICS_TOKEN,
    /** The trace exporter; none when unset. `share`: the sampled part of traces that start here, from 0 to 1. */
    tracing: endpoint
      ? { endpoint, headers: values.OTEL_EXPORTER_OTLP_HEADERS, share: values.OTEL_TRACES_SAMPLER_ARG }
      : undefined,
    logLevel: values.LOG_LEVEL ?? logLevel(run),
  };
}
