/** What this browser remembers of a person's taste: nothing of it is secret, or needed. */
type Kept = 'theme' | 'language';

/** A browser may forbid to keep anything. */
export function kept(name: Kept): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param value undefined to forget it */
export function keep(name: Kept, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // It lasts as long as the page.
  }
}
