import type { Tracer } from '@opentelemetry/api';

/** Where traces go, in the words of OpenTelemetry. */
export interface TracingOptions {
  /** Of the collector; `/v1/traces` is added (OTLP/HTTP). */
  endpoint: string;
  headers: Record<string, string>;
  /** Which share of the traces that begin here is kept, 0 to 1; one that began elsewhere is kept if it was there. */
  share: number;
}

export interface Tracing {
  tracer: Tracer;
  /** Sends what is left; a collector that is away keeps nobody from leaving. */
  close(): Promise<void>;
}

/** For one batch, all attempts: longer than this nobody waits at the end of a process either. Milliseconds. */
const exportWithinMs = 3_000;

/** The SDK is loaded here and only here: without a collector a process does not know that it exists. */
export async function openTracing(app: string, options: TracingOptions): Promise<Tracing> {
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } = sdk;
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: options.headers,
    timeoutMillis: exportWithinMs,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.namespace': 'rekey', 'service.name': `rekey-${app}` }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.share) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  return {
    tracer: provider.getTracer('rekey'),
    close: () => provider.shutdown().catch(() => undefined),
  };
}
