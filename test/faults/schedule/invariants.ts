import type { Client } from './client.js';
import type { MessageFacts, RecoveryFacts, SessionFacts } from './rows.js';
import type { Received } from './senders.js';
import type { Timeline } from './timeline.js';

/** What is known at rest, after the faults. */
export interface AtRest {
  clients: readonly Client[];
  recoveries: readonly RecoveryFacts[];
  messages: readonly MessageFacts[];
  inbox: readonly Received[];
  /** Of the persons, before and now. */
  before: readonly SessionFacts[];
  now: readonly SessionFacts[];
  timeline: Timeline;
  /** Statuses of a refresh with the last tokens that a client saw. */
  refreshed: ReadonlyMap<Client, number>;
}

/** A broken invariant, and the client that it is about, if there is one. */
export interface Broken {
  what: string;
  client?: Client | undefined;
}

export const mostTries = 5;

/** @returns everything that does not hold; nothing of it is a secret */
export function brokenInvariants(at: AtRest): Broken[] {
  const ofClients = at.clients.flatMap((client) =>
    [
      ...client.wrong.map((what) => `an answer: ${what}`),
      ...started(at, client),
      ...ofEnd(at, client),
      ...ofProofs(at, client),
      ...ofTokens(at, client),
    ].map((what): Broken => ({ what, client })),
  );
  const ofRows = at.recoveries.flatMap((recovery) => {
    const client = at.clients.find(({ id }) => id === recovery.id);
    return [...ofAudit(at, recovery), ...ofMessages(at, recovery)].map((what): Broken => ({ what, client }));
  });
  return [...ofClients, ...ofRows, ...ofSessions(at), ...ofInbox(at)];
}

const recoveryOf = (at: AtRest, { id }: Client) => at.recoveries.find((recovery) => recovery.id === id);

/** What was accepted is there, and once. */
function started(at: AtRest, client: Client): string[] {
  const saw = client.seen.some(({ act, status }) => act === 'start' && status === 202);
  return saw && !recoveryOf(at, client) ? ['lost: the accepted recovery is not there'] : [];
}

const has = (client: Client, act: string, ...statuses: number[]) =>
  client.seen.some((seen) => seen.act === act && statuses.includes(seen.status));
const asked = (client: Client, act: string) => client.story.some((line) => line.includes(` ms: ${act} (`));

/** Every recovery has ended, and the acts of its client, or of an owner with a stop link, explain how. */
function ofEnd(at: AtRest, client: Client): string[] {
  const recovery = recoveryOf(at, client);
  if (!recovery) return [];
  const { state, completedAt, account } = recovery;
  const told: string[] = [];
  const isStoppedByOwner = at.clients.some(
    (other) =>
      other.plan.leaving?.by === 'stop' && asked(other, 'stop') && other.person.id === client.person.id,
  );
  const explained: Record<string, boolean> = {
    completed: asked(client, 'credentials'),
    cancelled: asked(client, 'cancel'),
    stopped: isStoppedByOwner,
    expired: !has(client, 'credentials', 201) && !has(client, 'cancel', 204),
  };
  if (!explained[state]) told.push(`end: ${state}, which nothing explains; the client ${client.why}`);
  if (has(client, 'credentials', 201) && completedAt === null)
    told.push('end: credentials were given, and it is not completed');
  if (has(client, 'cancel', 204) && state !== 'cancelled') told.push(`end: cancelled, and now ${state}`);
  if (has(client, 'stop', 204) && state !== 'stopped') told.push(`end: stopped, and now ${state}`);
  if (account !== null && account !== client.person.id) told.push('end: it belongs to somebody else');
  if (!reasonable(at, client, recovery)) told.push(`end: the client gave up without a reason: ${client.why}`);
  return told;
}

/** A client that wanted to complete could, unless something that is in the database stood against it. */
function reasonable(at: AtRest, client: Client, recovery: RecoveryFacts): boolean {
  const { why, plan } = client;
  const codes = at.messages.filter((one) => one.recovery === recovery.id && one.kind === 'recovery_code');
  const isDone =
    /^(has credentials|completed|cancelled: (204|410)|stopped: 204|abandoned|no mail with)/.test(why) ||
    plan.leaving?.by === 'abandon';
  if (isDone) return true;
  if (why === 'no code arrived')
    return (
      codes.some(({ state }) => state !== 'sent') ||
      recovery.state === 'expired' ||
      recovery.state === 'stopped'
    );
  if (/no_tries_left/.test(why)) return recovery.tries === mostTries;
  // Another recovery of the person has set or ended the password since, or a stop link was used: earlier proofs no longer count.
  if (/not_proven/.test(why))
    return at.recoveries.some(
      ({ id, account, completedAt }) =>
        id !== recovery.id && account === recovery.account && completedAt !== null,
    );
  // Stopped by the owner, or its time is over.
  if (/recovery_closed/.test(why)) return recovery.state !== 'completed' || !plan.hasKeys;
  return false;
}

/** Nothing is granted without the proofs that the account asks for, and never more attempts than allowed. */
function ofProofs(at: AtRest, client: Client): string[] {
  const recovery = recoveryOf(at, client);
  if (!recovery) return [];
  const { proofs, tries, completedAt, acr, events } = recovery;
  const told: string[] = [];
  if (tries > mostTries) told.push(`proofs: ${tries} tries`);
  if (client.wrongSeen > tries) told.push(`proofs: ${client.wrongSeen} wrong ones and ${tries} tries`);
  const failed = events.recovery_proof_failed ?? 0;
  if (failed + proofs.length > tries)
    told.push(`proofs: ${failed} failed, ${proofs.length} accepted and ${tries} tries`);
  for (const kind of proofs)
    if (!client.shown.has(kind as never)) told.push(`proofs: ${kind} is recorded and was not shown`);
  const wanted = client.plan.isStrong ? 2 : 1;
  if (completedAt !== null && (proofs.length < wanted || !acr?.endsWith(`aal${wanted}`)))
    told.push(`proofs: completed with [${proofs}] as ${acr}, where ${wanted} are asked for`);
  return told;
}

/** The last tokens that a client saw work, while nothing has ended them. */
function ofTokens(at: AtRest, client: Client): string[] {
  const recovery = recoveryOf(at, client);
  const status = at.refreshed.get(client);
  if (!recovery || status === undefined) return [];
  const isLive = recovery.alive > 0;
  if (isLive && status !== 200) return [`tokens: the last ones of a live session are refused with ${status}`];
  return !isLive && status === 200 ? ['tokens: those of an ended session are taken'] : [];
}

/** The audit trail tells the same: each end has its event, once, and each message its outcome. */
function ofAudit(at: AtRest, { id, state, completedAt, sends, events }: RecoveryFacts): string[] {
  const messages = at.messages.filter(({ recovery }) => recovery === id);
  const count = (wanted: string) => messages.filter((one) => one.state === wanted).length;
  const silenced = messages.filter(({ state: of, reason }) => of === 'dropped' && reason === 'ended').length;
  const wanted: Record<string, number> = {
    recovery_started: 1,
    recovery_code_requested: sends - 1,
    recovery_completed: completedAt === null ? 0 : 1,
    recovery_cancelled: state === 'cancelled' ? 1 : 0,
    recovery_stopped: state === 'stopped' ? 1 : 0,
    recovery_message_sent: count('sent'),
    recovery_message_failed: count('failed'),
  };
  const told = Object.entries(wanted).flatMap(([event, times]) =>
    (events[event] ?? 0) === times ? [] : [`audit: ${event} ${events[event] ?? 0} times, not ${times}`],
  );
  // What the end of a recovery silences has no event of its own; a courier that finds the end first writes one.
  const dropped = events.recovery_message_dropped ?? 0;
  if (dropped > count('dropped') || dropped < count('dropped') - silenced)
    told.push(`audit: recovery_message_dropped ${dropped} times, of ${count('dropped')}`);
  if (completedAt !== null && !events.recovery_proven) told.push('audit: completed, and never proven');
  return told;
}

/** Each accepted message was sent, or the row says why not. */
function ofMessages(at: AtRest, { id, completedAt, sends }: RecoveryFacts): string[] {
  const messages = at.messages.filter(({ recovery }) => recovery === id);
  const codes = messages.filter(({ kind }) => kind === 'recovery_code');
  const notices = messages.filter(({ kind }) => kind === 'recovery_completed');
  const told: string[] = [];
  if (codes.length !== sends) told.push(`messages: ${codes.length} codes for ${sends} requests`);
  if (notices.length !== (completedAt === null ? 0 : 2))
    told.push(`messages: ${notices.length} notices of a completion`);
  for (const { kind, state, channel, reason, id: message, provider } of messages) {
    const isThere = at.inbox.some((one) => one.id === (channel === 'sms' ? provider : message));
    if (state === 'queued') told.push(`messages: a ${kind} waits for ever`);
    if (state === 'sent' && !isThere)
      told.push(`messages: a ${kind} by ${channel} is called sent, and did not arrive`);
    if ((state === 'failed' || state === 'dropped') && !reason)
      told.push(`messages: a ${kind} is ${state} without a reason`);
  }
  return told;
}

/** A message arrives once, except where a fault makes "at least once" unavoidable: see {@link mayComeAgain}. */
function ofInbox(at: AtRest): Broken[] {
  const last = new Map<string, Received>();
  const told: Broken[] = [];
  for (const one of [...at.inbox].sort((first, second) => first.at - second.at)) {
    const first = last.get(one.sameAs);
    last.set(one.sameAs, one);
    if (!first || mayComeAgain(at.timeline, first, one)) continue;
    const message = at.messages.find(({ id, provider }) => id === one.id || provider === one.id);
    told.push({
      what: `messages: a ${message?.kind} by ${one.channel} came again after ${one.at - first.at} ms`,
      client: at.clients.find(({ id }) => id === message?.recovery),
    });
  }
  return told;
}

/** Milliseconds before a message arrived in which a lost connection may not have been noticed yet. */
const noticedMs = 2_000;

/**
 * The provider had taken the first one, and the courier could not know or could not write it down: the answer was cut; the courier was killed, or
 * lost its connection to PostgreSQL, between the two; or the queue lost the job of a courier that was killed.
 */
const mayComeAgain = (timeline: Timeline, first: Received, second: Received): boolean =>
  !first.acknowledged ||
  timeline.hasOne(
    ['courier: killed', 'postgres: connections ended', 'queue: job under way lost'],
    first.at - noticedMs,
    second.at,
  );

/** A completed recovery has one live session, and only the last one of an account; the older sessions have ended with the first token. */
function ofSessions(at: AtRest): Broken[] {
  const told: Broken[] = [];
  const persons = new Set(at.clients.map(({ person }) => person.id));
  for (const account of persons) {
    const own = at.recoveries.filter((one) => one.account === account);
    const completed = own.filter(({ state }) => state === 'completed');
    const newest = completed.toSorted((one, other) => Number(other.completedAt) - Number(one.completedAt))[0];
    const isContested = own.some(({ state, issued }) => state !== 'completed' && issued > 0);
    for (const one of own) {
      const client = at.clients.find(({ id }) => id === one.id);
      if (one.state !== 'completed' && one.alive > 0)
        told.push({ client, what: `sessions: ${one.alive} alive of a recovery that is ${one.state}` });
      if (one.state === 'completed' && one.alive > 1)
        told.push({ client, what: `sessions: ${one.alive} alive` });
      if (one === newest && one.alive === 0 && !isContested && completed.length === 1)
        told.push({ client, what: 'sessions: the completed recovery has none' });
    }
    if (completed.reduce((sum, { alive }) => sum + alive, 0) > 1)
      told.push({ what: `sessions: recoveries of ${account} have more than one` });
    const older = at.before.filter((session) => session.account === account && session.alive);
    const left = older.filter(({ id }) => at.now.some((session) => session.id === id && session.alive));
    const hasIssued = own.some(({ issued }) => issued > 0);
    if (hasIssued && left.length > 0)
      told.push({ what: `sessions: ${left.length} older ones of ${account} are alive` });
    if (!hasIssued && left.length < older.length)
      told.push({ what: `sessions: older ones of ${account} have ended, and nothing was issued` });
  }
  return told;
}
