import { isValidElement, type ReactNode } from 'react';

/** Names and values; a pair without a value is left out. A name that is no text has a key. */
export function Facts({ of }: { of: [name: ReactNode, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {of
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([name, value]) => (
          <div key={isValidElement(name) ? name.key : String(name)}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** A word for a state, with a colour that says nothing the word does not. */
export function Badge({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'good' | 'wait' | 'alarm';
  children: ReactNode;
}) {
  return <span className={`badge ${tone}`}>{children}</span>;
}
