import type { ReactNode } from 'react';
import { LanguageChoice, ThemeChoice } from '../components/choices.js';
import { useText } from '../language/language-context.js';

/** A screen without navigation: no one is signed in. */
export function Alone({ children }: { children: ReactNode }) {
  const text = useText();
  return (
    <div className="alone">
      <header>
        <p className="mark">{text('console')}</p>
      </header>
      <main>{children}</main>
      <footer className="choices">
        <ThemeChoice />
        <LanguageChoice />
      </footer>
    </div>
  );
}
