import { useLanguage } from '../language/language-context.js';

export interface Bar {
  name: string;
  count: number;
}

/**
 * Counts beside each other, as a table whose rows have bars.
 *
 * @param whole of which each count is a part; the largest count has the longest bar without it
 */
export function Bars({
  title,
  head,
  rows,
  whole,
}: {
  title: string;
  head: [name: string, count: string];
  rows: readonly Bar[];
  whole?: number;
}) {
  const { language } = useLanguage();
  const most = Math.max(1, whole ?? 0, ...rows.map(({ count }) => count));
  const number = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <table className="bars">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{head[0]}</th>
          <th scope="col">{head[1]}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, count }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <span className="bar-of" style={{ inlineSize: `${(count / most) * 50}%` }} />
              <strong>{number.format(count)}</strong>
              {whole ? <span className="soft">{share.format(count / whole)}</span> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
