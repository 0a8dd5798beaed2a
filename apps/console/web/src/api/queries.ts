import { type InfiniteData, queryOptions, type UseInfiniteQueryOptions } from '@tanstack/react-query';
import { at, query, request } from './request.js';
import type { AccountView, AuditEventView, Page, RecoveryRow, RecoveryView } from './views.js';
import type {
  AssistView,
  ClientView,
  MemberView,
  OverrideView,
  OverviewView,
  SettingView,
} from './work-views.js';

/** What narrows the audit; each member is one of the URL of its screen. */
export interface AuditFilter {
  account_id?: string | undefined;
  recovery_id?: string | undefined;
  event?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** A list that is read page by page. */
export type ListOptions<Row> = UseInfiniteQueryOptions<
  Page<Row>,
  Error,
  InfiniteData<Page<Row>, string | undefined>,
  readonly unknown[],
  string | undefined
>;

/** A list by cursor. @param member of the answer that holds the rows */
function list<Row>(
  path: string,
  member: string,
  filter: Record<string, string | number | undefined>,
): ListOptions<Row> {
  return {
    queryKey: [path, filter],
    initialPageParam: undefined,
    queryFn: async ({ pageParam, signal }) => {
      const answer = await request<Record<string, unknown>>(
        'GET',
        path + query({ ...filter, cursor: pageParam }),
        undefined,
        signal,
      );
      const next = answer.next;
      return { rows: answer[member] as Row[], ...(typeof next === 'string' ? { next } : {}) };
    },
    getNextPageParam: ({ next }) => next,
  };
}

const one = <View>(path: string) =>
  queryOptions({
    queryKey: [path],
    queryFn: ({ signal }) => request<View>('GET', path, undefined, signal),
  });

export const auditList = (filter: AuditFilter) =>
  list<AuditEventView>('/staff/audit', 'events', { ...filter });
export const auditEvent = (id: string) => one<AuditEventView>(at`/staff/audit/${id}`);
export const heldRecoveries = () => list<RecoveryRow>('/staff/recoveries', 'recoveries', { state: 'held' });
export const recovery = (id: string) => one<RecoveryView>(at`/staff/recoveries/${id}`);
export const account = (id: string) => one<AccountView>(at`/staff/accounts/${id}`);
export const accountEvents = (id: string) =>
  list<AuditEventView>(at`/staff/accounts/${id}/events`, 'events', {});
/** All recoveries of an account, page after page. */
export const recoveriesOf = (accountId: string) =>
  queryOptions({
    queryKey: ['/staff/recoveries', 'all', accountId],
    queryFn: async ({ signal }) => {
      const recoveries: RecoveryRow[] = [];
      let cursor: string | undefined;
      do {
        const path = `/staff/recoveries${query({ account_id: accountId, limit: 200, cursor })}`;
        const page = await request<{ recoveries: RecoveryRow[]; next?: string }>(
          'GET',
          path,
          undefined,
          signal,
        );
        recoveries.push(...page.recoveries);
        cursor = page.next;
      } while (cursor !== undefined);
      return { recoveries };
    },
  });
export const requestEvents = (id: string) => one<{ events: AuditEventView[] }>(at`/staff/requests/${id}`);
export const members = () => one<{ members: MemberView[] }>('/staff/members');
export const staffNames = () => one<{ names: { id: string; name: string }[] }>('/staff/members/names');
export const clients = () => list<ClientView>('/staff/clients', 'clients', {});
export const settings = () => one<{ settings: SettingView[] }>('/staff/settings');
export const overview = (days: number) => one<OverviewView>(`/staff/overview${query({ days })}`);
export const assist = (id: string) => one<AssistView>(at`/staff/assists/${id}`);
export const override = (id: string) => one<OverrideView>(at`/staff/overrides/${id}`);
export const overrides = (filter: { account_id?: string; state?: string }) =>
  list<OverrideView>('/staff/overrides', 'overrides', filter);

/** Looks an account up by the exact identifier. It is audited, so nothing does it unasked. */
export const findAccount = async (identifier: string): Promise<{ id: string } | undefined> => {
  const { accounts } = await request<{ accounts: { id: string }[] }>(
    'GET',
    `/staff/accounts${query({ identifier })}`,
  );
  return accounts[0];
};
