import { collectDefaultMetrics } from 'prom-client';
import type { Source } from './source-tree.js';

/** A rule of `docker/observability/alerts.yaml`. */
export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: { severity: string };
  annotations?: { summary: string; runbook_url: string };
}

export interface RuleFile {
  groups: { name: string; rules: Rule[] }[];
}

/** `docker/observability/alerts.test.yaml`, as far as a test says which alert it expects. */
export interface RuleTests {
  tests: { name: string; alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
}

export interface Dashboard {
  uid: string;
  templating: { list: { name: string; type: string }[] };
  panels: {
    id: number;
    type: string;
    title: string;
    datasource?: { uid: string };
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: { refId: string; expr: string }[];
  }[];
}

/** What a process shows beside the list of metrics: of each request, and of Node.js. */
const requests = ['http_request_duration_seconds', 'http_message_request_duration_seconds'];
/** What Prometheus makes itself. */
const own = ['up', 'ALERTS'];

const samplesOf = (name: string, kind: string): string[] =>
  kind === 'histogram' ? ['bucket', 'sum', 'count'].map((suffix) => `${name}_${suffix}`) : [name];

/** Every name that Prometheus can know. @param reference the text of docs/reference/metrics.md */
export function knownNames(reference: string, rules: readonly Rule[]): Set<string> {
  const ours = [...reference.matchAll(/^\| `(\w+)`[ *]*\| (\w+) \|/gm)].flatMap(([, name = '', kind = '']) =>
    samplesOf(name, kind),
  );
  const recorded = rules.flatMap(({ record }) => record ?? []);
  return new Set([
    ...ours,
    ...requests.flatMap((name) => samplesOf(name, 'histogram')),
    ...collectDefaultMetrics.metricsList.flatMap(nodeNames),
    ...recorded,
    ...own,
  ]);
}

/** prom-client lists functions of its own, some of which make several metrics. */
const nodeNames = (group: string): string[] =>
  ({
    processCpuTotal: [
      'process_cpu_user_seconds_total',
      'process_cpu_system_seconds_total',
      'process_cpu_seconds_total',
    ],
    processStartTime: ['process_start_time_seconds'],
    osMemoryHeap: ['process_resident_memory_bytes'],
    eventLoopLag: ['nodejs_eventloop_lag_seconds', 'nodejs_eventloop_lag_p99_seconds'],
    heapSizeAndUsed: ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'],
  })[group] ?? [];

const keywords = new Set(['and', 'or', 'unless', 'bool', 'inf', 'nan']);

/** The names of metrics in an expression of PromQL, written as our files write it. */
export function metricsIn(expr: string): string[] {
  const byRegExp = [...expr.matchAll(/__name__=~"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|'));
  const rest = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replace(/\b(?:by|on|without|ignoring)\s*\([^)]*\)/g, '');
  const words = [...rest.matchAll(/(?<![\w:.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g)].map(([word]) => word);
  return [...new Set([...byRegExp, ...words.filter((word) => !keywords.has(word.toLowerCase()))])];
}

/** GitHub's anchors of the headings of a page. */
export const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

export const textOf = (sources: readonly Source[], path: string): string => {
  const source = sources.find((each) => each.path === path);
  if (!source) throw new Error(`${path} is missing`);
  return source.text;
};
