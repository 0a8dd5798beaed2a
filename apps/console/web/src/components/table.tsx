import type { ReactNode } from 'react';

export interface Column<Row> {
  /** Of its heading. */
  title: string;
  cell(row: Row): ReactNode;
}

/**
 * A table, which is a list of cards on a phone. As such it is no table to the browser any more, so the roles are said.
 *
 * @param keyOf tells rows apart
 */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
}) {
  const said = (role: string) => ({ role });
  return (
    <table {...said('table')}>
      <caption className="unseen">{caption}</caption>
      <thead {...said('rowgroup')}>
        <tr {...said('row')}>
          {columns.map(({ title }) => (
            <th key={title} scope="col" {...said('columnheader')}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody {...said('rowgroup')}>
        {rows.map((row) => (
          <tr key={keyOf(row)} data-row tabIndex={-1} {...said('row')}>
            {columns.map(({ title, cell }) => (
              <td key={title} data-title={title} {...said('cell')}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
