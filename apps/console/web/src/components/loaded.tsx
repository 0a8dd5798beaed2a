import type { ReactNode } from 'react';
import { useText } from '../language/language-context.js';
import { FaultNote, FaultScreen } from './fault.js';

/** Lines where text will be, so that nothing moves when it comes. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  const text = useText();
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{text('loading')}</span>
      {[...Array(lines).keys()].map((line) => (
        <span key={line} aria-hidden="true" />
      ))}
    </div>
  );
}

interface Answer<Data> {
  data: Data | undefined;
  error: unknown;
  isFetching: boolean;
  refetch(): Promise<unknown>;
}

/** What was read, and the fault when it could not be read again; until then a skeleton, or the fault. @param isPart the screen has a title, and other parts, of its own */
export function Loaded<Data>({
  of: { data, error, refetch },
  lines,
  isPart = false,
  children,
}: {
  of: Answer<Data>;
  lines?: number;
  isPart?: boolean;
  children(data: Data): ReactNode;
}) {
  if (data !== undefined)
    return (
      <>
        {error ? <FaultNote fault={error} onRetry={refetch} /> : null}
        {children(data)}
      </>
    );
  if (error && isPart) return <FaultNote fault={error} onRetry={refetch} />;
  if (error) return <FaultScreen fault={error} onRetry={refetch} />;
  return <Skeleton {...(lines === undefined ? {} : { lines })} />;
}

/** A list that is empty says why, and what to do. */
export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
