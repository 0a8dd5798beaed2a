import { type Database, openDatabase } from '@rekey/database';
import { asked, createLog, warnOfSurplus } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import { openFloodCounters, WrongGuesses } from '@rekey/limits';
import { openQueue } from '@rekey/queue';
import { type IssuerPort, policyFrom, type RecoveryContext, strongRolesOf } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { ClientDirectory, type TokenContext, tokenContext } from '@rekey/tokens';
import { inSpan, type Place, type Watch } from '@rekey/watch';
import { externalIssuer } from './external-issuer/external-issuer.js';
import { type IssuerAddress, issuerOverHttp } from './issuer-over-http.js';

/** What the recovery process is made of. */
export interface RecoveryParts {
  context: RecoveryContext;
  clients: ClientDirectory;
  /** For the pages of a person who signs in. */
  tokens: TokenContext & Pick<RecoveryContext, 'flood' | 'odds'>;
  database: Database;
  /** @throws when database or queue are away */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** @param issuerAt where the issuer is called; at its public URL when left out */
export async function assemble(
  settings: Settings,
  clock: Clock,
  { noteAt }: Watch,
  issuerAt?: IssuerAddress,
): Promise<RecoveryParts> {
  const { keyring, urls, productName, redisUrl } = settings;
  const policy = policyFrom(settings);
  const log = createLog({ name: 'recovery', level: settings.logLevel });
  const warn = (about: string) => (fault: unknown, place?: Place) =>
    log.warn({ err: fault, ...asked(place) }, about);
  const database = await openDatabase({
    url: settings.databaseUrl ?? '',
    name: 'recovery',
    poolSize: 16,
    noteAt,
    surplusRights: warnOfSurplus(log),
  });
  const queue = await openQueue({ database, redisUrl }, warn('queue'));
  const flood = openFloodCounters(redisUrl, warn('limits on Redis'));
  const strongRoles = strongRolesOf(policy);
  const tokens = tokenContext(settings, { database, clock, strongRoles });
  await tokens.keys.signingKey('recovery_assertion');
  const issuerParts = {
    ...tokens,
    log: (fault: unknown, about: string, place?: Place) => warn(about)(fault, place),
  };
  const issuer = settings.externalIssuer
    ? externalIssuer({ ...issuerParts, settings: settings.externalIssuer })
    : issuerOverHttp({ ...issuerParts, at: issuerAt });
  return {
    context: {
      database,
      keyring,
      clock,
      enqueue: (tx, messageId) => queue.enqueue(tx, 'send_message', messageId, { messageId }),
      issuer: traced(issuer),
      issuerUrl: urls.issuer,
      productName,
      policy,
      wrongGuesses: new WrongGuesses(),
      spraySeen: (spray) =>
        log.warn(spray, 'more wrong proofs than people get wrong: many accounts may be guessed at'),
      strongRoles,
      bindingHoldMs: policy.bindingHoldHours * 3_600_000,
      flood,
      odds: policy.odds,
    },
    clients: new ClientDirectory({ database, keyring, clock }),
    tokens: { ...tokens, flood, odds: policy.odds },
    database,
    async ready() {
      await Promise.all([database.ready(), queue.ping()]);
    },
    async close() {
      await issuer.close();
      await queue.close();
      await flood?.close();
      await database.close();
    },
  };
}

/** The same issuer; a call to it is a part of the trace. */
function traced({ exchangeForCode, ...issuer }: IssuerPort): IssuerPort {
  return {
    ...issuer,
    exchangeForTokens: (subject, parent) =>
      inSpan(parent, 'exchange for tokens', 'client', {}, (place) =>
        issuer.exchangeForTokens(subject, place),
      ),
    ...(exchangeForCode && {
      exchangeForCode: (subject, redirect, parent) =>
        inSpan(parent, 'exchange for a code', 'client', {}, (place) =>
          exchangeForCode(subject, redirect, place),
        ),
    }),
  };
}
