import { readKnownBrowsers } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { type Locale, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, consumeInTurn, counterKey, limited, limitsOfSource, widestNetworkOf } from '@rekey/limits';
import { normaliseUserCode } from '@rekey/tokens';
import type { ActContext } from '../context.js';
import { type AssistReference, assistNumber, assistToken, codeDigests } from './assist-secrets.js';

export interface OpenInput {
  /** As typed. */
  code: string;
  /** Names the request, so that a repeat of it is no second opening. Nobody else can guess it. */
  opener?: string | undefined;
  /** Locale of the messages with codes, if the caller asks for one. */
  locale?: Locale | undefined;
  /** `default` when omitted; the caller has checked that it exists. */
  clientId?: string | undefined;
  isClientAuthenticated?: boolean;
  /** IP address of the caller. */
  source: string;
  /** Tokens of known browsers from earlier sign-ins and recoveries. */
  deviceTokens?: readonly string[];
}

/** What the caller's browser has from now on. */
export interface OpenedAssist extends AssistReference {
  number: string;
  expiresAt: Date;
}

const open = statement(
  'assist_open',
  sql`with opened as (
     update assists set state = 'opened', opened_by = :openedBy::bytea, source_key = :networkKey::bytea, known_as = :knownAs::jsonb,
       locale = :locale, client_id = :clientId, client_authenticated = :clientAuthenticated
     where code_digest = any(:digests::bytea[]) and state = 'waiting' and expires_at > :now
     returning id, account_id, expires_at
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'assist_opened', 'person', account_id, null::uuid, jsonb_build_object('assist', id) from opened
   )
   select id, expires_at from opened`,
);

/** After the other statement, so that it sees what the same request has done at the same time. */
const same = statement(
  'assist_opened_alike',
  sql`select id, expires_at from assists
   where code_digest = any(:digests::bytea[]) and opened_by = any(:openers::bytea[]) and state in ('opened', 'matched') and expires_at > :now`,
);

type OpenedRow = { id: string; expires_at: Date };

/**
 * Joins a browser or app to the assist of a code. The first one wins; the code is good for no other.
 *
 * Refusals: `rate_limited` (the source, or all sources), `not_found` for a code that is wrong, has expired, was used or never was one.
 */
export async function openAssist(context: ActContext, of: OpenInput): Promise<OpenedAssist | Refusal> {
  const { database, keyring, clock, rateLimits } = context;
  const { assistCodes, assistCodesInAll } = budgets;
  const now = clock.now();
  const at = new Date(now);
  if (!(await consumeInTurn(database, at, limitsOfSource(keyring, assistCodes, of.source), rateLimits)))
    return limited(assistCodes);
  // A source that is over its own budget consumes nothing of this one.
  const inAll = { key: counterKey(keyring, assistCodesInAll, 'all'), budget: assistCodesInAll };
  if (!(await consumeInTurn(database, at, [inAll], rateLimits))) return limited(assistCodesInAll);

  const code = normaliseUserCode(of.code);
  const digests = code === undefined ? [] : codeDigests(keyring, code);
  const openers = of.opener === undefined ? [] : keyring.macs('assist-opener', of.opener);
  const shown = readKnownBrowsers(keyring, of.deviceTokens ?? [], now);
  const [opened] = await database.query<OpenedRow>(open, {
    digests,
    openedBy: openers[0] ?? null,
    networkKey: keyring.mac('network', widestNetworkOf(of.source)),
    knownAs: shown.length > 0 ? JSON.stringify(shown) : null,
    locale: of.locale ?? null,
    clientId: of.clientId ?? 'default',
    clientAuthenticated: of.isClientAuthenticated ?? false,
    now: at,
    auditId: uuidv7(now),
  });
  const row = opened ?? (await database.query<OpenedRow>(same, { digests, openers, now: at }))[0];
  if (!row) return refuse('not_found');
  const { id, expires_at: expiresAt } = row;
  return { id, token: assistToken(keyring, id), number: assistNumber(keyring, id), expiresAt };
}
