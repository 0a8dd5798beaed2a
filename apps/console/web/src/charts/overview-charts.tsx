import type { OverviewView } from '../api/work-views.js';
import { useDuration } from '../components/use-duration.js';
import { useLanguage } from '../language/language-context.js';
import { Bars } from './bars.js';
import { LineChart } from './line-chart.js';

/** The state of the service over time. A chunk of its own: no other screen needs charts. */
export function OverviewCharts({ view }: { view: OverviewView }) {
  const { text, named, language } = useLanguage();
  const duration = useDuration();
  const { at, funnel, recoveries, delivery, tokens, failures } = view;
  const number = new Intl.NumberFormat(language);
  const format = (value: number) => number.format(value);
  const ms = (value: number) => duration(value, 'narrow');
  const stages = ['started', 'proven', 'held', 'completed', 'stopped', 'cancelled', 'expired'] as const;
  const ended = tokens.ended.map(({ cause, counts }) => ({
    name: named('token-cause', cause),
    values: counts,
  }));
  return (
    <div className="charts">
      <Bars
        title={text('chart.funnel')}
        head={[text('chart.stage'), text('recovery.many')]}
        rows={stages.map((stage) => ({ name: text(`stage.${stage}`), count: funnel[stage] }))}
        whole={funnel.started}
      />
      <Bars
        title={text('chart.failures')}
        head={[text('session.cause'), text('chart.count')]}
        rows={failures.map(({ cause, count }) => ({ name: named('event', cause), count }))}
      />
      <LineChart
        title={text('chart.recoveries')}
        at={at}
        series={(['started', 'completed', 'held'] as const).map((stage) => ({
          name: text(`stage.${stage}`),
          values: recoveries[stage],
        }))}
        format={format}
      />
      {delivery.map(({ channel, p50_ms, p95_ms }) => (
        <LineChart
          key={`${channel} time`}
          title={text('chart.delivery', { channel: named('kind', channel) })}
          at={at}
          series={[
            { name: text('chart.p50'), values: p50_ms },
            { name: text('chart.p95'), values: p95_ms },
          ]}
          format={ms}
          isSummed={false}
        />
      ))}
      {delivery.map(({ channel, sent, failed }) => (
        <LineChart
          key={`${channel} count`}
          title={text('chart.messages', { channel: named('kind', channel) })}
          at={at}
          series={[
            { name: text('chart.sent'), values: sent },
            { name: text('chart.failed'), values: failed },
          ]}
          format={format}
        />
      ))}
      <LineChart
        title={text('chart.tokens')}
        at={at}
        series={[
          { name: text('chart.issued'), values: tokens.issued },
          ...(tokens.refreshed ? [{ name: text('chart.refreshed'), values: tokens.refreshed }] : []),
        ]}
        format={format}
      />
      <LineChart title={text('chart.ended')} at={at} series={ended} format={format} />
    </div>
  );
}
