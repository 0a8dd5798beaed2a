import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import type { ListOptions } from '../api/queries.js';
import { useText } from '../language/language-context.js';
import { Action } from './action.js';
import { FaultNote } from './fault.js';
import { Empty, Skeleton } from './loaded.js';

/**
 * A list that is read page by page. The focus goes to the first row that came, so that a keyboard goes on where it was.
 *
 * @param children shows the rows that were read so far; each is to have `data-row`
 */
export function PagedList<Row>({
  of,
  empty,
  children,
}: {
  of: ListOptions<Row>;
  empty: string;
  children(rows: Row[]): ReactNode;
}) {
  const text = useText();
  const list = useInfiniteQuery(of);
  const box = useRef<HTMLDivElement>(null);
  const before = useRef<number | undefined>(undefined);
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const count = rows?.length ?? 0;

  useEffect(() => {
    if (before.current === undefined || count <= before.current) return;
    const first = box.current?.querySelectorAll<HTMLElement>('[data-row]')[before.current];
    first?.focus();
    before.current = undefined;
  }, [count]);

  if (!rows) {
    if (list.error) return <FaultNote fault={list.error} onRetry={list.refetch} />;
    return <Skeleton lines={8} />;
  }
  // What is shown may be old.
  const isOld = list.error !== null && !list.isFetchNextPageError;
  const note = isOld && <FaultNote fault={list.error} onRetry={list.refetch} />;
  if (count === 0)
    return (
      <>
        {note}
        <Empty>{empty}</Empty>
      </>
    );
  const more = async () => {
    before.current = count;
    await list.fetchNextPage();
  };
  return (
    <div ref={box}>
      {note}
      {children(rows)}
      {list.isFetchNextPageError && <FaultNote fault={list.error} />}
      <div className="list-end">
        <span role="status">{text('list.shown', { count })}</span>
        {list.hasNextPage && <Action onAct={more}>{text('list.more')}</Action>}
      </div>
    </div>
  );
}
