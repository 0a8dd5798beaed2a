import { scaleLinear, scaleTime } from '@visx/scale';
import { LinePath } from '@visx/shape';
import { type PointerEvent, useId, useState } from 'react';
import { Table } from '../components/table.js';
import { Time } from '../components/time.js';
import { useText } from '../language/language-context.js';
import { Axes } from './axes.js';
import { useWidth } from './use-width.js';

export interface Series {
  name: string;
  /** One for each time; null where nothing was measured. */
  values: readonly (number | null)[];
}

const height = 200;
const margin = { top: 12, right: 12, bottom: 28, left: 52 };

/**
 * Lines over time; a screen reader and a keyboard have the same numbers as a table. Lines differ in their dashes as well as in their colours.
 *
 * @param format says a value: of the axis, of the legend and of the table
 * @param isSummed whether the legend says the sum of a series, where the pointer is not in the chart
 */
export function LineChart({
  title,
  at,
  series,
  format,
  isSummed = true,
}: {
  title: string;
  at: readonly string[];
  series: readonly Series[];
  format(value: number): string;
  isSummed?: boolean;
}) {
  const text = useText();
  const heading = useId();
  const [box, width] = useWidth<HTMLDivElement>();
  const [nth, setNth] = useState<number>();
  const times = at.map((time) => new Date(time));
  const first = times[0] ?? new Date(0);
  const last = times.at(-1) ?? first;
  const most = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const x = scaleTime({
    domain: [first, last],
    range: [margin.left, Math.max(width - margin.right, margin.left + 1)],
  });
  const y = scaleLinear({ domain: [0, most], range: [height - margin.bottom, margin.top], nice: true });
  const point = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) => {
    const wanted = x.invert(clientX - currentTarget.getBoundingClientRect().left).getTime();
    const distance = (index: number) => Math.abs((times[index]?.getTime() ?? 0) - wanted);
    setNth(times.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0));
  };
  const isEmpty = series.every(({ values }) => values.every((value) => !value));
  return (
    <figure className="chart" aria-labelledby={heading}>
      <figcaption id={heading}>{title}</figcaption>
      <ul className="legend">
        {series.map(({ name, values }, index) => (
          <li key={name}>
            <svg aria-hidden="true" width="26" height="8" className={`series series-${index}`}>
              <path d="M0 4h26" />
            </svg>
            {name}
            <LegendValue {...{ values, nth, format, isSummed }} />
          </li>
        ))}
        {nth !== undefined && at[nth] && (
          <li className="soft">
            <Time at={at[nth]} />
          </li>
        )}
      </ul>
      <div ref={box} className="plot">
        {isEmpty && <p className="soft">{text('chart.empty')}</p>}
        {width > 0 && !isEmpty && (
          <svg
            aria-hidden="true"
            width={width}
            height={height}
            onPointerMove={point}
            onPointerLeave={() => setNth(undefined)}
          >
            <Axes
              {...{ x, y, width, height, margin, format }}
              isWithinDay={last.getTime() - first.getTime() < 100_000_000}
            />
            {nth !== undefined && times[nth] && (
              <path className="pointed" d={`M${x(times[nth])} ${margin.top}V${height - margin.bottom}`} />
            )}
            {series.map(({ name, values }, index) => (
              <g key={name} className={`series series-${index}`}>
                <LinePath
                  data={[...values.keys()]}
                  x={(each) => x(times[each] ?? first)}
                  y={(each) => y(values[each] ?? 0)}
                  defined={(each) => values[each] !== null}
                />
                {alone(values).map((each) => (
                  <circle key={each} cx={x(times[each] ?? first)} cy={y(values[each] ?? 0)} r="2.5" />
                ))}
              </g>
            ))}
          </svg>
        )}
      </div>
      <details>
        <summary>{text('chart.table')}</summary>
        <Table
          caption={title}
          rows={[...at.keys()].reverse()}
          keyOf={(each) => at[each] ?? ''}
          columns={[
            { title: text('chart.from'), cell: (each) => <Time at={at[each] ?? ''} /> },
            ...series.map(({ name, values }) => ({
              title: name,
              cell: (each: number) => said(values[each], format, text('none')),
            })),
          ]}
        />
      </details>
    </figure>
  );
}

/** Values whose neighbours are missing: a line of one point is not to be seen. */
const alone = (values: readonly (number | null)[]): number[] =>
  [...values.keys()].filter(
    (nth) => values[nth] !== null && (values[nth - 1] ?? null) === null && (values[nth + 1] ?? null) === null,
  );

const said = (value: number | null | undefined, format: (value: number) => string, none: string): string =>
  value === null || value === undefined ? none : format(value);

/** The value where the pointer is; else the sum of all. */
function LegendValue({
  values,
  nth,
  format,
  isSummed,
}: {
  values: Series['values'];
  nth: number | undefined;
  format(value: number): string;
  isSummed: boolean;
}) {
  const text = useText();
  if (nth !== undefined) return <strong>{said(values[nth], format, text('none'))}</strong>;
  if (!isSummed) return null;
  return <strong>{format(values.reduce<number>((sum, value) => sum + (value ?? 0), 0))}</strong>;
}
