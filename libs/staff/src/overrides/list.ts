import {
  exactAt,
  isAfterPosition,
  type Keyset,
  literal,
  type Page,
  pageByPosition,
  pageOf,
  positionValues,
  sql,
  statement,
} from '@rekey/database';
import type { Position } from '@rekey/kernel';
import { recordAuditOnce } from '@rekey/limits';
import type { StaffContext } from '../context.js';
import { memberNames } from '../members.js';
import { type LostProof, lostIn } from './documents.js';
import { groundsFor } from './grounds.js';
import { overrideColumns, overrideIn, type StoredOverride } from './rows.js';
import { overrideTimes } from './times.js';
import {
  findJudged,
  type JudgedOverride,
  judgeOverride,
  type OverrideFlaw,
  type OverrideState,
} from './verified.js';

interface Named {
  id: string;
  name: string;
}

/** An override as the console shows it. Times are RFC 3339. */
export interface OverrideView {
  id: string;
  account_id: string;
  state: OverrideState;
  flaw?: OverrideFlaw;
  evidence: string;
  reason: string;
  /** What the person has no more, as was attested. */
  lost?: { kind: string; id: string }[];
  requested_by: Named;
  requested_at: string;
  approved_by?: Named;
  approved_at?: string;
  usable_from?: string;
  expires_at: string;
  denied_by?: Named;
  denied_at?: string;
  used_by?: Named;
  used_at?: string;
  recovery_id?: string;
}

const waited = sql`:now::timestamptz - ${literal(`${overrideTimes.waitHours} hours`)}::interval`;
const usableFor = sql`${literal(`${overrideTimes.usableMs / 1000} seconds`)}::interval`;

/** The state by the row alone, to read less: what is shown is judged by the signatures. */
const stateOfRow = sql`case when denied_at is not null then 'denied' when used_at is not null then 'used'
  when approved_at is null then case when expires_at > :now then 'requested' else 'expired' end
  when approved_at > ${waited} then 'approved' when approved_at > ${waited} - ${usableFor} then 'usable' else 'expired' end`;

const keyset: Keyset = { at: sql`created_at`, id: sql`id`, type: 'uuidv7' };

const list = statement(
  'override_list',
  sql`select ${overrideColumns}, ${exactAt(keyset)} from override_requests
   where (:account::text is null or account_id = :account) and (:state::text is null or ${stateOfRow} = :state) and ${isAfterPosition(keyset)}
   ${pageByPosition(keyset)}`,
);

/**
 * Overrides, newest first. A row that does not verify is `invalid`, whatever it says of itself, and audited once a day. With a filter by state,
 * a page may have fewer than `limit`, and another page after it.
 */
export async function listOverrides(
  context: StaffContext,
  { accountId, state }: { accountId?: string | undefined; state?: OverrideState | undefined },
  page: { after?: Position | undefined; limit: number },
): Promise<Page<OverrideView>> {
  const { database, clock } = context;
  const now = clock.now();
  const rows = await database.query<StoredOverride & { exact_at: string }>(list, {
    account: accountId ?? null,
    state: state === 'invalid' ? null : (state ?? null),
    now: new Date(now),
    ...positionValues(page.after, page.limit),
  });
  const { items, ...next } = pageOf(rows, page.limit, overrideIn);
  const grounds = await groundsFor(context, items);
  const judged: JudgedOverride[] = [];
  for (const row of items) judged.push(await judgeOverride(context, row, grounds, now));
  const views = await viewsOf(context, judged);
  return { ...next, items: views.filter((view) => state === undefined || view.state === state) };
}

/** @returns undefined when there is none */
export async function readOverride(context: StaffContext, id: string): Promise<OverrideView | undefined> {
  const judged = await findJudged(context, id, context.clock.now());
  if (!judged) return undefined;
  const [view] = await viewsOf(context, [judged]);
  return view;
}

async function viewsOf(context: StaffContext, all: readonly JudgedOverride[]): Promise<OverrideView[]> {
  for (const judged of all) await reportFlaw(context, judged);
  const ids = all.flatMap(({ row }) => [
    row.request.memberId,
    ...(row.approval ? [row.approval.memberId] : []),
    ...(row.used_by ? [row.used_by] : []),
    ...staffIn(row.denied_by),
  ]);
  const names = await memberNames(context.database, [...new Set(ids)]);
  const named = (id: string): Named => ({ id, name: names.get(id) ?? '' });
  return all.map((judged) => viewOf(judged, named));
}

const staffIn = (actor: string | null): string[] =>
  actor?.startsWith('staff:') ? [actor.slice('staff:'.length)] : [];

/** Without the binding of an address: staff know it by its id. */
const shown = ({ kind, name }: LostProof) => ({ kind, id: name.split(':')[0] ?? '' });

function viewOf(judged: JudgedOverride, named: (id: string) => Named): OverrideView {
  const { row, state, flaw, request, usableFrom, endsAt } = judged;
  const [denier] = staffIn(row.denied_by);
  const time = (name: 'approved_at' | 'denied_at' | 'used_at') =>
    row[name] ? { [name]: row[name].toISOString() } : {};
  const about = {
    id: row.id,
    account_id: row.account_id,
    state,
    // What nobody has signed is not shown: somebody could have it read.
    evidence: request?.evidence ?? '',
    reason: request?.reason ?? '',
    ...(request?.lost ? { lost: lostIn(request).map(shown) } : {}),
    requested_by: named(row.request.memberId),
    requested_at: request?.requested_at ?? row.created_at.toISOString(),
    expires_at: endsAt === undefined ? row.expires_at.toISOString() : new Date(endsAt).toISOString(),
  };
  const other = row.denied_by !== null && row.denied_by !== 'person' ? row.denied_by : undefined;
  const by = denier ? named(denier) : other && { id: other, name: other };
  const denied = { ...time('denied_at'), ...(by ? { denied_by: by } : {}) };
  if (flaw) return { ...about, flaw, ...denied };
  return {
    ...about,
    ...(row.approval ? { approved_by: named(row.approval.memberId), ...time('approved_at') } : {}),
    ...(usableFrom === undefined ? {} : { usable_from: new Date(usableFrom).toISOString() }),
    ...denied,
    ...(row.used_by ? { used_by: named(row.used_by), ...time('used_at') } : {}),
    ...(row.recovery_id ? { recovery_id: row.recovery_id } : {}),
  };
}

const dayMs = 86_400_000;

/** Audits an override that does not verify, once a day: somebody has written to the table, or a signer has left. */
export async function reportFlaw(
  { database, clock }: Pick<StaffContext, 'database' | 'clock'>,
  { row, flaw }: JudgedOverride,
): Promise<void> {
  if (!flaw) return;
  const detail = { override: row.id, flaw };
  await recordAuditOnce(
    database,
    { event: 'override_invalid', actor: 'system', accountId: row.account_id, detail },
    { party: `${row.id} ${flaw}`, windowMs: dayMs, now: clock.now() },
  );
}
