import { expectWritten, writtenFrom } from '../../../test/written.js';
import { describe as about, fullName, type MetricName, metrics } from './metrics.js';

const labelsOf = (name: MetricName): string =>
  Object.entries(about(name).labels)
    .map(([label, words]) =>
      typeof words === 'string' ? `\`${label}\`` : `\`${label}\` (${words.join(' ')})`,
    )
    .join(', ');

test('the reference of metrics is as written', () => {
  const rows = (Object.keys(metrics) as MetricName[]).map((name) => {
    const { kind, help, isPublic } = about(name);
    return `| \`${fullName(name)}\`${isPublic ? ' *' : ''} | ${kind} | ${help} | ${labelsOf(name)} |`;
  });
  const page = [
    writtenFrom('the list of metrics'),
    '',
    '# Metrics',
    '',
    'Every process serves these as Prometheus text at `/metrics`. [Monitoring](../operate/monitoring.md) says who may read them, and which',
    'ones deserve an alert.',
    '',
    '`*`: changes in the same way whether an account exists or not, so everyone may see it when `METRICS_TOKEN` is unset.',
    'A label without a list takes its values from a list elsewhere in the code. No label holds an identifier, an address or an account.',
    '',
    '| name | kind | meaning | labels |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  expectWritten('docs/reference/metrics.md', page);
});
