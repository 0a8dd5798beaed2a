import { useQueryClient } from '@tanstack/react-query';
import { startAssist } from '../api/acts.js';
import type { AssistStarted } from '../api/work-views.js';

const keyOf = (id: string) => ['assist-code', id];

/**
 * Starts an assist. Its code is answered once, so it is kept in the memory of this tab, for the screen that shows it.
 *
 * @returns a function that answers the id of the assist
 */
export function useStartAssist(): (accountId: string, reason: string) => Promise<string> {
  const queries = useQueryClient();
  return async (accountId, reason) => {
    const started = await startAssist(accountId, reason);
    queries.setQueryDefaults(keyOf(started.id), { gcTime: 3_600_000 });
    queries.setQueryData(keyOf(started.id), started);
    return started.id;
  };
}

/** @returns undefined when the page was loaded anew since, or another person started it */
export const useAssistCode = (id: string): AssistStarted | undefined =>
  useQueryClient().getQueryData<AssistStarted>(keyOf(id));
