import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { ProblemError } from '../api/problem.js';
import { onAnswer, onSessionEnd, request, serverNow } from '../api/request.js';
import type { SessionView } from '../api/views.js';

interface StaffSession {
  session: SessionView;
  /** When the session ends if nothing is done, in the server's time. */
  idleEndsAt: number;
  /** Asks the server, which begins the idle time anew. */
  stay(): Promise<void>;
  signOut(): Promise<void>;
  replace(session: SessionView): void;
}

const SessionContext = createContext<StaffSession | undefined>(undefined);
export const sessionKey = ['/staff/session'];

/** @returns null when no one is signed in */
export async function readSession(): Promise<SessionView | null> {
  try {
    return await request<SessionView>('GET', '/staff/session');
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 401) return null;
    throw error;
  }
}

export const useSessionQuery = () =>
  useQuery({
    queryKey: sessionKey,
    queryFn: readSession,
    // Each question to the server begins the idle time anew, so nothing but a person's act asks.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** Other tabs of this browser have the same session: an act in one of them keeps it for all. */
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('staff-session') : undefined;

/** Gives the parts below it the session, and the time that it has left. */
export function SessionProvider({ session, children }: { session: SessionView; children: ReactNode }) {
  const queries = useQueryClient();
  const endsAt = Date.parse(session.expires_at);
  const [idleEndsAt, setIdleEndsAt] = useState(Date.parse(session.idle_expires_at));

  useEffect(() => setIdleEndsAt(Date.parse(session.idle_expires_at)), [session]);
  useEffect(() => {
    // What the server gave when it made the view, it gives with each answer.
    const idleMs = Date.parse(session.idle_expires_at) - serverNow();
    const begin = () => setIdleEndsAt(Math.min(serverNow() + idleMs, endsAt));
    onAnswer(() => {
      begin();
      tabs?.postMessage('answered');
    });
    tabs?.addEventListener('message', begin);
    return () => {
      onAnswer(() => undefined);
      tabs?.removeEventListener('message', begin);
    };
  }, [session, endsAt]);
  useEffect(() => {
    onSessionEnd(() => clearSession(queries));
    return () => onSessionEnd(() => undefined);
  }, [queries]);

  const replace = useCallback((next: SessionView) => queries.setQueryData(sessionKey, next), [queries]);
  const stay = useCallback(async () => {
    const next = await readSession();
    if (next) queries.setQueryData(sessionKey, next);
    else clearSession(queries);
  }, [queries]);
  const signOut = useCallback(async () => {
    await request('DELETE', '/staff/session');
    clearSession(queries);
  }, [queries]);

  const value = useMemo(
    () => ({ session, idleEndsAt, stay, signOut, replace }),
    [session, idleEndsAt, stay, signOut, replace],
  );
  return <SessionContext value={value}>{children}</SessionContext>;
}

/** What was read in a session is no longer to be seen after it. */
export function clearSession(queries: ReturnType<typeof useQueryClient>): void {
  queries.setQueryData(sessionKey, null);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
}

export function useSession(): StaffSession {
  const found = useContext(SessionContext);
  if (!found) throw new Error('no one is signed in here');
  return found;
}

/** Whether to show what needs this right. The server decides. */
export const useRight = (right: string | undefined): boolean => {
  const { session } = useSession();
  return right === undefined || session.rights.includes(right);
};

/** Whether the role has one of these rights. */
export const useAnyRight = (rights: readonly string[]): boolean => {
  const { session } = useSession();
  return rights.some((right) => session.rights.includes(right));
};
