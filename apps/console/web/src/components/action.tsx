import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components';

/** A button. While what it does is under way it stays focused, and takes no second press. */
export function Action({
  kind = 'quiet',
  type = 'button',
  onAct,
  autoFocus = false,
  label,
  children,
}: {
  kind?: 'main' | 'quiet' | 'plain' | 'alarm';
  type?: 'button' | 'submit';
  onAct?: () => unknown;
  autoFocus?: boolean;
  /** What is read out instead of the content, which has to contain it. */
  label?: string | undefined;
  children: ReactNode;
}) {
  const [isPending, setPending] = useState(false);
  const act = async () => {
    if (isPending) return;
    setPending(true);
    try {
      await onAct?.();
    } finally {
      setPending(false);
    }
  };
  return (
    <Button
      className={`button ${kind}${isPending ? ' pending' : ''}`}
      type={type}
      autoFocus={autoFocus}
      {...(onAct ? { onPress: () => void act() } : {})}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {children}
    </Button>
  );
}
