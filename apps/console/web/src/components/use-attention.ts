import { useEffect, useState } from 'react';

const inputs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * Whether somebody is at the page: something was done within this time, and the tab is to be seen. What asks the server by itself has to
 * stop without that, for each answer keeps the session.
 */
export function useAttention(withinMs: number): { isThere: boolean; renew(): void } {
  const [lastAt, setLastAt] = useState(() => Date.now());
  const [isThere, setThere] = useState(true);
  useEffect(() => {
    const renew = () => setLastAt((before) => (Date.now() - before > 1_000 ? Date.now() : before));
    for (const input of inputs) addEventListener(input, renew, { passive: true });
    return () => {
      for (const input of inputs) removeEventListener(input, renew);
    };
  }, []);
  useEffect(() => {
    const look = () => setThere(document.visibilityState === 'visible' && Date.now() - lastAt < withinMs);
    look();
    const timer = setInterval(look, 1_000);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [lastAt, withinMs]);
  return { isThere, renew: () => setLastAt(Date.now()) };
}
