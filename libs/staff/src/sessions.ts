import { pruneOldest, type Queryable, sql, statement, type Transaction } from '@rekey/database';
import { type Keyring, uuidv7 } from '@rekey/kernel';
import { type StaffContext, staffLifetimes } from './context.js';
import { isAsMade } from './members.js';
import { rightsOf, type StaffRight, type StaffRole } from './rights.js';
import { checkSeal, sealOf } from './row-seal.js';
import { digestsOf, makeSecret } from './secrets.js';

/** A session that is good right now, with what its member may do right now. */
export interface StaffSession {
  id: string;
  memberId: string;
  name: string;
  role: StaffRole;
  demo: boolean;
  signedInAt: Date;
  expiresAt: Date;
  idleExpiresAt: Date;
  freshUntil: Date;
}

/** The session as its browser is shown it. */
export interface SessionView {
  /** Of the member. */
  id: string;
  name: string;
  role: StaffRole;
  demo: boolean;
  rights: readonly StaffRight[];
  signed_in_at: string;
  expires_at: string;
  idle_expires_at: string;
  fresh_until: string;
}

export const sessionView = (session: StaffSession): SessionView => ({
  id: session.memberId,
  name: session.name,
  role: session.role,
  demo: session.demo,
  rights: rightsOf(session.role),
  signed_in_at: session.signedInAt.toISOString(),
  expires_at: session.expiresAt.toISOString(),
  idle_expires_at: session.idleExpiresAt.toISOString(),
  fresh_until: session.freshUntil.toISOString(),
});

const insert = statement(
  'staff_session_insert',
  sql`insert into staff_sessions (id, member_id, passkey_id, digest, seal, created_at, last_seen_at, idle_expires_at, expires_at, fresh_until)
   values (:id, :memberId, :passkeyId, :digest, :seal, :now, :now, :idleExpiresAt, :expiresAt, :freshUntil)`,
);

/** @param of.passkeyId null for a demo session, which has nothing to renew itself with: it stays fresh */
export async function insertSession(
  tx: Transaction,
  keyring: Keyring,
  now: number,
  of: { member: { id: string; name: string; role: StaffRole; demo: boolean }; passkeyId: Buffer | null },
): Promise<{ secret: string; session: StaffSession }> {
  const { secret, digest } = makeSecret(keyring, 'staff-session');
  const at = (ms: number) => new Date(now + ms);
  const { id: memberId, name, role, demo } = of.member;
  const session: StaffSession = {
    id: uuidv7(now),
    memberId,
    name,
    role,
    demo,
    signedInAt: at(0),
    expiresAt: at(staffLifetimes.session),
    idleExpiresAt: at(staffLifetimes.idle),
    freshUntil: at(of.passkeyId ? staffLifetimes.fresh : staffLifetimes.session),
  };
  const { id, expiresAt, idleExpiresAt, freshUntil } = session;
  const { passkeyId } = of;
  const seal = sealOf(keyring, 'session', [id, memberId, digest, expiresAt]);
  await tx.query(insert, {
    id,
    memberId,
    passkeyId,
    digest,
    seal,
    now: at(0),
    idleExpiresAt,
    expiresAt,
    freshUntil,
  });
  return { secret, session };
}

const see = statement(
  'staff_session_see',
  sql`update staff_sessions s set last_seen_at = :now, idle_expires_at = least(s.expires_at, :idleExpiresAt::timestamptz)
   from staff_members m
   where s.digest = any(:digests::bytea[]) and s.ended_at is null and s.expires_at > :now and s.idle_expires_at > :now
     and m.id = s.member_id and m.disabled_at is null and (not m.demo or :demo)
   returning s.id, s.member_id as "memberId", m.name, m.role, m.demo, s.created_at as "signedInAt", s.expires_at as "expiresAt",
     s.idle_expires_at as "idleExpiresAt", s.fresh_until as "freshUntil", s.digest, s.seal, m.seal as member_seal, m.disabled_at`,
);

type SeenRow = StaffSession & { digest: Buffer; seal: Buffer; member_seal: Buffer; disabled_at: Date | null };

/**
 * The session behind a cookie, with the role of its member as it is now; asking for it counts as a use.
 *
 * @returns undefined when it has ended, expired or idled too long, its member is disabled, it is of a demo that is no longer offered, or
 * somebody has changed it or its member in the table
 */
export async function currentStaffSession(
  { database, keyring, clock, place }: StaffContext,
  secret: string,
): Promise<StaffSession | undefined> {
  const digests = digestsOf(keyring, 'staff-session', secret);
  if (digests.length === 0) return undefined;
  const now = clock.now();
  const [row] = await database.query<SeenRow>(see, {
    digests,
    now: new Date(now),
    idleExpiresAt: new Date(now + staffLifetimes.idle),
    demo: place.offersDemo,
  });
  if (!row) return undefined;
  const { digest, seal, member_seal, disabled_at, ...session } = row;
  const isOfMember =
    checkSeal(keyring, 'session', [session.id, session.memberId, digest, session.expiresAt], seal) !==
    undefined;
  const { memberId: id, role, demo } = session;
  return isOfMember && isAsMade(keyring, { id, role, demo, disabled_at }, member_seal) ? session : undefined;
}

export const isFresh = ({ freshUntil }: StaffSession, now: number): boolean => freshUntil.getTime() > now;

const refresh = statement(
  'staff_session_refresh',
  sql`update staff_sessions set fresh_until = :freshUntil where id = :id and ended_at is null returning id`,
);

/** @returns undefined when the session has ended meanwhile */
export async function renewFreshness(
  tx: Transaction,
  now: number,
  session: StaffSession,
): Promise<StaffSession | undefined> {
  const freshUntil = new Date(now + staffLifetimes.fresh);
  const rows = await tx.query(refresh, { id: session.id, freshUntil });
  return rows.length > 0 ? { ...session, freshUntil } : undefined;
}

const endOne = statement(
  'staff_session_end',
  sql`update staff_sessions set ended_at = :now where id = :id and ended_at is null returning id`,
);
const endAll = statement(
  'staff_sessions_end',
  sql`update staff_sessions set ended_at = :now where id in (
     select id from staff_sessions where member_id = :memberId and ended_at is null order by id for no key update) returning id`,
);

export const endSessionRow = async (tx: Transaction, now: Date, id: string): Promise<boolean> =>
  (await tx.query(endOne, { id, now })).length > 0;

/** @returns how many have ended */
export const endSessionsOfMember = async (tx: Transaction, now: Date, memberId: string): Promise<number> =>
  (await tx.query(endAll, { memberId, now })).length;

const prune = statement('staff_sessions_prune', pruneOldest('staff_sessions', 'expires_at', sql`:before`));

export const pruneSessions = (database: Queryable, before: Date): Promise<object[]> =>
  database.query(prune, { before });
