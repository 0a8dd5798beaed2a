import { findEvents, stateEvent } from '@rekey/audit';
import type { TokenContext } from '../context.js';
import { readToken } from '../read-token.js';
import type { Cause, Remedy } from './causes.js';
import { diagnose, type Evidence } from './diagnose.js';
import { sessionById } from './session-state.js';

/** What a fact of an explanation is about. */
export const factNames = [
  'token',
  'key',
  'account',
  'client',
  'session',
  'recovery',
  'session_started',
  'issued',
  'expired',
  'ended',
  'used_again_from',
  'account_disabled',
  'account_deleted',
] as const;

/** One thing that is known about a token, with the audit event that says so where there is one. */
export interface Fact {
  what: (typeof factNames)[number];
  /** RFC 3339. */
  at?: string;
  /** An id, a kind, who did it, or a network. */
  value?: string;
  audit_id?: string;
}

export interface Explanation {
  cause: Cause;
  remedy: Remedy;
  description: string;
  evidence: Fact[];
  /** Of an access token that we have signed, decoded: without its signature it is worth nothing. */
  claims?: Record<string, unknown>;
  /** What the diagnosis was about, as far as it is known. */
  subject: { account?: string; session?: string; recovery?: string };
}

/** Why a token is rejected, as {@link diagnose} says it, as a list of facts. The token itself is not in it. */
export async function explain(context: TokenContext, token: string): Promise<Explanation> {
  const { evidence, ...diagnosis } = await diagnose(context, token);
  // Nothing was read from a token that does not verify: then it has no time of issue.
  const isVerified = evidence.token === 'access_token' && evidence.issued_at !== undefined;
  const claims = isVerified ? readToken(token)?.payload : undefined;
  // A client's own token has no session, and names the client as its subject.
  const account = evidence.session_id === undefined ? undefined : evidence.account_id;
  return {
    ...diagnosis,
    evidence: [
      ...knownFacts(evidence, account),
      ...(await auditedFacts(context, diagnosis.cause, evidence, account)),
    ],
    ...(claims ? { claims } : {}),
    subject: {
      ...(account === undefined ? {} : { account }),
      ...(evidence.session_id === undefined ? {} : { session: evidence.session_id }),
      ...(evidence.recovery_id === undefined ? {} : { recovery: evidence.recovery_id }),
    },
  };
}

const fact = (
  what: Fact['what'],
  of: { [Member in keyof Omit<Fact, 'what'>]: string | undefined },
): Fact[] => {
  const given = Object.entries(of).filter(([, value]) => value !== undefined);
  return given.length > 0 ? [{ what, ...Object.fromEntries(given) }] : [];
};

const knownFacts = (evidence: Evidence, account: string | undefined): Fact[] => [
  ...fact('token', { value: evidence.token }),
  ...fact('key', { value: evidence.kid }),
  ...fact('account', { value: account }),
  ...fact('client', { value: evidence.client_id }),
  ...fact('session', { value: evidence.session_id }),
  ...fact('issued', { at: evidence.issued_at }),
  ...fact('expired', { at: evidence.expired_at }),
  ...fact('ended', { at: evidence.revoked_at, value: evidence.revoked_by, audit_id: evidence.audit_id }),
  ...fact('used_again_from', {
    value: evidence.revoked_from,
    audit_id: evidence.revoked_from && evidence.audit_id,
  }),
];

async function auditedFacts(
  context: TokenContext,
  cause: Cause,
  evidence: Evidence,
  account: string | undefined,
): Promise<Fact[]> {
  const { database } = context;
  const { session_id: id, recovery_id: recovery } = evidence;
  if (account === undefined || id === undefined) return fact('recovery', { value: recovery });
  const session = await sessionById(context, id);
  const started = session?.created_at;
  const events = await findEvents(
    database,
    account,
    started
      ? [
          { key: 'started', at: started, session: { id, events: ['authn_token_created'] }, events: [] },
          ...(recovery ? [{ key: 'recovery', at: started, events: ['recovery_completed'] as const }] : []),
        ]
      : [],
  );
  const state =
    cause === 'account_disabled' ? 'disabled' : cause === 'account_unknown' ? 'deleted' : undefined;
  const found = state && (await stateEvent(database, account, state));
  return [
    ...fact('recovery', { value: recovery, audit_id: events.get('recovery')?.id }),
    ...fact('session_started', { at: started?.toISOString(), audit_id: events.get('started')?.id }),
    ...(state
      ? fact(`account_${state}`, { at: found?.at.toISOString(), value: found?.actor, audit_id: found?.id })
      : []),
  ];
}
