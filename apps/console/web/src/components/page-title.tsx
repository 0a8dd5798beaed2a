import { type ReactNode, useEffect, useRef } from 'react';
import { useText } from '../language/language-context.js';

/** Whether a screen was shown before: the first one is read out from its top, and begins with the link that skips the navigation. */
let isLater = false;

/** The heading of a screen and the title of its tab. When the screen changes the focus goes there, so that it is read out. */
export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${text('console')}`;
  }, [title, text]);
  useEffect(() => {
    if (isLater) heading.current?.focus({ preventScroll: true });
    isLater = true;
  }, []);
  return (
    <header className="page-title">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </header>
  );
}
