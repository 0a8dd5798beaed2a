import { regionOf } from '../components/time.js';
import { useLanguage } from '../language/language-context.js';

interface Scale<Value> {
  (value: Value): number;
  domain(): Value[];
  ticks(count: number): Value[];
}

/** Lines and words of a chart's axes: times below, values on the left. The figure around it says the same as a table. */
export function Axes({
  x,
  y,
  width,
  height,
  margin,
  format,
  isWithinDay,
}: {
  x: Scale<Date>;
  y: Scale<number>;
  width: number;
  height: number;
  margin: { left: number; right: number; bottom: number };
  format(value: number): string;
  isWithinDay: boolean;
}) {
  const { language } = useLanguage();
  const form = new Intl.DateTimeFormat(
    regionOf(language),
    isWithinDay ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' },
  );
  const bottom = height - margin.bottom;
  const times = x.ticks(Math.max(2, Math.floor(width / 110)));
  return (
    <g className="axes">
      {y.ticks(Math.min(4, Math.max(1, Math.floor(y.domain()[1] ?? 1)))).map((value) => (
        <g key={value}>
          <path d={`M${margin.left} ${y(value)}H${width - margin.right}`} />
          <text x={margin.left - 8} y={y(value)} dy="0.32em" textAnchor="end">
            {format(value)}
          </text>
        </g>
      ))}
      {times.map((time) => (
        <text key={time.getTime()} x={x(time)} y={bottom + 18} textAnchor="middle">
          {form.format(time)}
        </text>
      ))}
    </g>
  );
}
