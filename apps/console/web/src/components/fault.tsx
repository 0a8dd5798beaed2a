import { type ReactNode, useEffect, useRef } from 'react';
import { OfflineError, ProblemError } from '../api/problem.js';
import { useLanguage, useText } from '../language/language-context.js';
import { type TextKey } from '../language/texts.js';
import { passkeyFault } from '../session/passkey.js';
import { useAnyRight } from '../session/session-context.js';
import { Action } from './action.js';
import { CopyableId } from './copyable-id.js';

/** What to say of a fault: our own sentence for a code that we know, else the server's. */
function useSentence(fault: unknown): string {
  const { text, named } = useLanguage();
  if (fault instanceof OfflineError) return text(fault.mayBeDone ? 'fault.offline-act' : 'fault.offline');
  if (fault instanceof ProblemError) {
    const { code, title, status } = fault.problem;
    const own = named('problem', code);
    if (own !== code) return own;
    return title || text('fault.status', { status });
  }
  const passkey = passkeyFault(fault);
  return text(passkey ? (`passkey.${passkey}` as TextKey) : 'fault.ours');
}

function Details({ fault }: { fault: unknown }) {
  const text = useText();
  if (!(fault instanceof ProblemError)) return null;
  const { problem, requestId, retryAfter } = fault;
  return (
    <>
      {problem.detail !== undefined && <p>{problem.detail}</p>}
      {problem.errors?.map(({ pointer, detail }) => (
        <p key={pointer}>
          <code>{pointer}</code> {detail}
        </p>
      ))}
      {retryAfter !== undefined && <p>{text('fault.retry-after', { seconds: retryAfter })}</p>}
      {requestId !== undefined && (
        <p className="soft">
          {text('fault.request')} <CopyableId id={requestId} />
        </p>
      )}
    </>
  );
}

/** A fault beside what was tried, read out at once. */
export function FaultNote({ fault, onRetry }: { fault: unknown; onRetry?: () => unknown }) {
  const text = useText();
  const sentence = useSentence(fault);
  return (
    <div className="note alarm-note" role="alert">
      <p>{sentence}</p>
      <Details fault={fault} />
      {onRetry && <Action onAct={onRetry}>{text('act.retry')}</Action>}
    </div>
  );
}

/** In place of a screen: what happened, and what can be done. */
export function StateScreen({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="state-screen">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
      {action && <div className="actions">{action}</div>}
    </section>
  );
}

/** In place of a screen that could not be read. */
export function FaultScreen({ fault, onRetry }: { fault: unknown; onRetry?: () => unknown }) {
  const text = useText();
  const sentence = useSentence(fault);
  const status = fault instanceof ProblemError ? fault.problem.status : undefined;
  const retry = onRetry && status !== 403 && status !== 404 && (
    <Action kind="main" onAct={onRetry}>
      {text('act.retry')}
    </Action>
  );
  if (fault instanceof OfflineError)
    return (
      <StateScreen title={text('offline.title')} action={retry}>
        <p>{sentence}</p>
      </StateScreen>
    );
  const titles: Record<number, TextKey> = { 403: 'no-right.title', 404: 'not-found.title' };
  return (
    <StateScreen title={text(titles[status ?? 0] ?? 'fault.title')} action={retry}>
      <p>{status === 403 ? text('no-right.explain') : sentence}</p>
      <Details fault={fault} />
    </StateScreen>
  );
}

/** A screen for those who have the right, or one of several; the others are told that it is not for them. */
export function Needs({ right, children }: { right: string | string[]; children: ReactNode }) {
  const text = useText();
  const isAllowed = useAnyRight([right].flat());
  if (isAllowed) return children;
  return (
    <StateScreen title={text('no-right.title')}>
      <p>{text('no-right.explain')}</p>
    </StateScreen>
  );
}
