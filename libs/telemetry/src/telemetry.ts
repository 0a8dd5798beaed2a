import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Correlation, newTraceContext, readTraceparent, type TraceContext } from './correlation.js';
import {
  describe,
  fullName,
  type LabelsOf,
  type MetricName,
  type MetricOf,
  metrics,
  type RecordMetric,
} from './metrics.js';
import { inSpan } from './span.js';
import { openTracing, type TracingOptions } from './tracing.js';

export interface TelemetryOptions {
  /** Which part of Rekey is watched. */
  app: string;
  /** Unset: there are no traces. */
  tracing?: TracingOptions | undefined;
  /**
   * The courier works in this process too. What the process spends then tells whether a message was written, and so whether
   * there is an account: that is not shown to everyone.
   */
  besideCourier?: boolean;
  /** Shows its metrics together with those of another. */
  with?: Telemetry | undefined;
}

/** How many clients, causes or countries a metric tells apart; the rest are counted as `other`. */
const wordsAtMost = 200;
/** Events of one piece of work that the log names. */
const eventsAtMost = 20;

/** What one part of Rekey counts, and the traces it leaves. */
export class Telemetry {
  readonly registry: Registry;
  private readonly known = new Map<string, Set<string>>();
  private readonly open = new Set<string>();

  constructor(
    options: TelemetryOptions,
    private readonly tracing: Awaited<ReturnType<typeof openTracing>> | undefined,
  ) {
    this.registry = options.with?.registry ?? new Registry();
    if (options.with) return;
    collectDefaultMetrics({ register: this.registry });
    const ofProcess = this.registry.getMetricsAsArray().map(({ name }) => name);
    if (!options.besideCourier) this.show(...ofProcess);
    for (const name of names) if (describe(name).isPublic) this.show(fullName(name));
    for (const name of names) this.startAtZero(name);
  }

  /** What nobody asked for. */
  readonly record: RecordMetric = (...noted) => this.count(undefined, ...noted);

  /** What is done at a place: the log of that work says it, too. */
  readonly recordWithin =
    (trace: TraceContext | undefined): RecordMetric =>
    (...noted) =>
      this.count(trace, ...noted);

  private count(
    trace: TraceContext | undefined,
    ...[name, labels, value = 1]: Parameters<RecordMetric>
  ): void {
    const bounded = this.bound(name, labels as Labels);
    const events = trace?.events;
    if (events && value !== 0 && events.length < eventsAtMost) events.push({ event: name, ...bounded });
    const instrument = this.instrument(name);
    if (instrument instanceof Histogram) instrument.observe(bounded, value);
    else instrument.inc(bounded, value);
  }

  /** @param read asked at each scrape: it must be cheap. What cannot be read is no number, and the rest is shown. */
  gauge<Name extends MetricOf<'gauge'>>(
    name: Name,
    read: () => Promise<{ labels: LabelsOf<Name>; value: number }[]>,
  ): void {
    const { help, labels } = describe(name);
    // Where two parts show their metrics together, the first one reads it.
    if (this.registry.getSingleMetric(fullName(name))) return;
    new Gauge({
      name: fullName(name),
      help,
      labelNames: Object.keys(labels),
      registers: [this.registry],
      async collect() {
        const values = await read().catch(() => undefined);
        this.reset();
        // Reset to zero it would say that all is well.
        if (!values && Object.keys(labels).length === 0) this.set(Number.NaN);
        for (const one of values ?? []) this.set(one.labels as Labels, one.value);
      },
    });
  }

  /** Lets everyone see a metric that tells nothing of anybody. */
  show(...metrics: string[]): void {
    for (const metric of metrics) this.open.add(metric);
  }

  /** Prometheus text: all of it, or what everyone may see. */
  async text(whole: boolean): Promise<string> {
    if (whole) return this.registry.metrics();
    const shown = this.registry.getMetricsAsArray().filter(({ name }) => this.open.has(name));
    const texts = await Promise.all(shown.map(({ name }) => this.textForEveryone(name)));
    return `${texts.join('\n\n')}\n`;
  }

  /** Which clients there are, and how much each is used, is theirs to tell: they are counted together. */
  private async textForEveryone(name: string): Promise<string> {
    const metric = this.registry.getSingleMetric(name);
    if (!namesClients(name)) return this.registry.getSingleMetricAsString(name);
    if (!(metric instanceof Counter)) return '';
    const { help, values } = await metric.get();
    const without = values.map(({ labels: { client: _client, ...labels }, value }) => ({ labels, value }));
    const labelNames = [...new Set(without.flatMap(({ labels }) => Object.keys(labels)))];
    const registry = new Registry();
    const together = new Counter({ name, help, labelNames, registers: [registry] });
    for (const { labels, value } of without) together.inc(labels, value);
    return registry.metrics();
  }

  /** Where a request stands that has just come in. @param traceparent only of somebody whose word counts */
  traceOf(requestId: string, traceparent?: string): TraceContext {
    return newTraceContext(requestId, this.tracing?.tracer, readTraceparent(traceparent));
  }

  /** Goes on with what was begun in another process. */
  async continueTrace<Result>(
    from: Correlation,
    name: string,
    work: (trace: TraceContext | undefined) => Promise<Result>,
  ): Promise<Result> {
    const trace = newTraceContext(from.requestId, this.tracing?.tracer, readTraceparent(from.traceparent));
    return inSpan(trace, name, 'consumer', {}, work);
  }

  async close(): Promise<void> {
    await this.tracing?.close();
  }

  /**
   * A counter that appears with its first event has never risen, as Prometheus sees it, so an alert on a rare event would miss that event.
   * Where all labels are listed, a counter is 0 before; so is a histogram without labels.
   */
  private startAtZero(name: MetricName): void {
    const { kind, labels } = describe(name);
    if (kind === 'gauge' || (kind === 'histogram' && Object.keys(labels).length > 0)) return;
    const combinations = combine(labels);
    if (combinations.length === 0) return;
    const instrument = this.instrument(name as MetricOf<'counter' | 'histogram'>);
    if (instrument instanceof Counter) for (const each of combinations) instrument.inc(each, 0);
  }

  private instrument(name: MetricOf<'counter' | 'histogram'>): Counter | Histogram {
    // Where two watches show their metrics together, the other one may have made it.
    const there = this.registry.getSingleMetric(fullName(name));
    if (there instanceof Counter || there instanceof Histogram) return there;
    const { kind, help, labels, buckets } = describe(name);
    const about = { name: fullName(name), help, labelNames: Object.keys(labels), registers: [this.registry] };
    return kind === 'histogram'
      ? new Histogram({ ...about, buckets: [...(buckets ?? [])] })
      : new Counter(about);
  }

  /** However many clients or causes there come to be, a metric stays of a size that can be kept. */
  private bound(name: MetricName, labels: Labels): Labels {
    const declared = describe(name).labels;
    const bounded: Labels = {};
    for (const [label, word] of Object.entries(labels))
      bounded[label] = typeof declared[label] === 'string' ? this.oneOfMany(`${name} ${label}`, word) : word;
    return bounded;
  }

  private oneOfMany(which: string, word: string): string {
    const known = this.known.get(which) ?? new Set();
    if (known.size === 0) this.known.set(which, known);
    if (known.size < wordsAtMost) known.add(word);
    return known.has(word) ? word : 'other';
  }
}

type Labels = Record<string, string>;

/** Every combination of the words of these labels; none where a label has no list. */
const combine = (labels: ReturnType<typeof describe>['labels']): Labels[] =>
  Object.entries(labels).reduce<Labels[]>(
    (combined, [label, words]) =>
      typeof words === 'string'
        ? []
        : combined.flatMap((each) => words.map((word) => ({ ...each, [label]: word }))),
    [{}],
  );

const names = Object.keys(metrics) as MetricName[];

const namesClients = (name: string): boolean =>
  names.some((each) => fullName(each) === name && 'client' in describe(each).labels);

export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  return new Telemetry(options, options.tracing && (await openTracing(options.app, options.tracing)));
}
