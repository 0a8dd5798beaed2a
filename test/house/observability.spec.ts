import { parse } from 'yaml';
import {
  anchorsOf,
  type Dashboard,
  knownNames,
  metricsIn,
  type RuleFile,
  type RuleTests,
  textOf,
} from './observability.js';
import { readTree } from './source-tree.js';

const tree = readTree();
const folder = 'docker/observability';
const yaml = <Shape>(name: string): Shape => parse(textOf(tree, `${folder}/${name}`));
const rules = yaml<RuleFile>('alerts.yaml').groups.flatMap((group) => group.rules);
const alerts = rules.flatMap(({ alert, ...rest }) => (alert === undefined ? [] : [{ alert, ...rest }]));
const { tests } = yaml<RuleTests>('alerts.test.yaml');
const dashboard: Dashboard = JSON.parse(textOf(tree, `${folder}/grafana/rekey.json`));
const expressions = [
  ...rules.map(({ alert, record, expr }) => ({ name: alert ?? record ?? '', expr })),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ name: title, expr })),
  ),
];

describe('names of metrics in an expression', () => {
  test.each([
    ['sum by (process, part) (1 - rekey_ready{part!="process"}) > 0', ['rekey_ready']],
    ['max(a_b) > 2 unless sum(increase(c_total{x="not_this"}[5m])) > 0', ['a_b', 'c_total']],
    ['{__name__=~"a_count|b_count",job="rekey"}', ['a_count', 'b_count']],
    ['process:errors:share5m > 14.4 * 0.005 and on (process) up == 1', ['process:errors:share5m', 'up']],
    ['rate(a_total[$__rate_interval]) or 0 * b:c:rate5m', ['a_total', 'b:c:rate5m']],
  ])('%s', (expr, names) => {
    expect(metricsIn(expr)).toEqual(names);
  });
});

test('alerts and dashboard use metrics that exist', () => {
  const known = knownNames(textOf(tree, 'docs/reference/metrics.md'), rules);
  const unknown = expressions.flatMap(({ name, expr }) =>
    metricsIn(expr)
      .filter((metric) => !known.has(metric))
      .map((metric) => `${name}: ${metric}`),
  );
  expect(unknown).toEqual([]);
});

test('what other programs measure under the same name is left out', () => {
  const open = expressions
    .filter(({ expr }) => metricsIn(expr).some((name) => /^(up|http_|process_|nodejs_)/.test(name)))
    .filter(({ expr }) => (expr.match(/\{/g) ?? []).length !== (expr.match(/job="rekey"/g) ?? []).length)
    .map(({ name }) => name);
  expect(open).toEqual([]);
});

test.each(alerts)('$alert says how bad it is, and leads to its entry in the runbook', (alert) => {
  const page = 'docs/operate/runbook.md';
  expect(['page', 'ticket']).toContain(alert.labels?.severity);
  expect(alert.annotations?.summary).toMatch(/\S/);
  expect(alert.annotations?.runbook_url).toBe(`${page}#${alert.alert.toLowerCase()}`);
  expect(anchorsOf(textOf(tree, page))).toContain(alert.alert.toLowerCase());
  const [, entry = ''] = new RegExp(`^### ${alert.alert}\n\n(\\w+)\\.`, 'm').exec(textOf(tree, page)) ?? [];
  expect(entry.toLowerCase()).toBe(alert.labels?.severity);
});

test('the runbook has entries for alerts that exist only', () => {
  const entries = [...textOf(tree, 'docs/operate/runbook.md').matchAll(/^### (.+)$/gm)].map(
    ([, name]) => name,
  );
  expect(entries.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
});

test.each(alerts)('$alert has a test in which it is active and one in which it is not', ({ alert }) => {
  const expected = tests
    .flatMap((each) => each.alert_rule_test)
    .filter(({ alertname }) => alertname === alert)
    .map(({ exp_alerts }) => exp_alerts.length > 0);
  expect([...new Set(expected)].toSorted()).toEqual([false, true]);
});

test('the dashboard has a fixed uid, panels with ids of their own that do not overlap, and one source of data to choose', () => {
  const { panels, uid } = dashboard;
  expect(uid).toBe('rekey');
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { title, type, targets, datasource } of panels.filter((panel) => panel.type !== 'row')) {
    expect({ title, type, source: datasource?.uid }).toEqual({
      title,
      type: expect.stringMatching(/^(timeseries|stat)$/),
      source: `\${${dashboard.templating.list[0]?.name}}`,
    });
    const refIds = targets?.map(({ refId }) => refId) ?? [];
    expect(new Set(refIds).size).toBe(refIds.length || Number.NaN);
  }
});

test('the compose file mounts files that exist and runs images of a version', () => {
  interface Compose {
    services: Record<string, { image: string; volumes: string[] }>;
  }
  for (const { image, volumes } of Object.values(yaml<Compose>('compose.yaml').services)) {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
    const mounted = volumes.flatMap((volume) => /^\.\/([^:]+):/.exec(volume)?.[1] ?? []);
    const missing = mounted.filter(
      (path) => !tree.some((source) => source.path.startsWith(`docker/${path}`)),
    );
    expect(missing).toEqual([]);
  }
});
