import { readFileSync } from 'node:fs';
import { type Database, openDatabase } from '@rekey/database';
import { createLog } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import { openFloodCounters } from '@rekey/limits';
import { openQueue } from '@rekey/queue';
import { defaultPolicy, type RecoveryContext, type RecoveryPolicy, readPolicy } from '@rekey/recovery';
import { type Settings, SettingsError } from '@rekey/settings';
import { ClientDirectory, SigningKeys, type TokenContext } from '@rekey/tokens';
import { issuerOverHttp } from './issuer-over-http.js';

/** What the recovery process is made of. */
export interface RecoveryParts {
  context: RecoveryContext;
  clients: ClientDirectory;
  /** For the pages of a person who signs in. */
  tokens: TokenContext & Pick<RecoveryContext, 'flood'>;
  database: Database;
  /** @throws when database or queue are away */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export const CONTEXT = Symbol('RecoveryContext');
export const CLIENTS = Symbol('ClientDirectory');

export async function assemble(settings: Settings, clock: Clock): Promise<RecoveryParts> {
  const { keyring, urls, serviceName, redisUrl } = settings;
  const policy = policyOf(settings);
  const log = createLog({ name: 'recovery', level: settings.logLevel });
  const database = await openDatabase({ url: settings.databaseUrl ?? '', name: 'recovery', poolSize: 16 });
  const queue = await openQueue({ database, redisUrl }, (fault) => log.warn({ err: fault }, 'queue'));
  const flood = openFloodCounters(redisUrl, (fault) => log.warn({ err: fault }, 'limits on Redis'));
  const keys = new SigningKeys(database, keyring, clock, settings.keyPlan);
  await keys.signingKey('recovery_assertion');
  const issuer = issuerOverHttp({
    database,
    clock,
    keys,
    issuerUrl: urls.issuer,
    recoveryUrl: urls.recovery,
    log: (fault, about) => log.warn({ err: fault }, about),
  });
  return {
    context: {
      database,
      keyring,
      clock,
      enqueue: (tx, messageId) => queue.enqueue(tx, 'send_message', messageId, { messageId }),
      issuer,
      issuerUrl: urls.issuer,
      serviceName,
      policy,
      flood,
    },
    clients: new ClientDirectory({ database, keyring, clock }),
    tokens: {
      database,
      keyring,
      clock,
      keys,
      issuerUrl: urls.issuer,
      recoveryUrl: urls.recovery,
      audience: settings.tokenAudience,
      flood,
    },
    database,
    async ready() {
      await Promise.all([database.ping(), queue.ping()]);
    },
    async close() {
      await issuer.close();
      await queue.close();
      await flood?.close();
      await database.close();
    },
  };
}

/** A policy that is too weak for a level is refused here, at the start, and never met by a person. */
function policyOf({ recoveryPolicyFile: file }: Settings): RecoveryPolicy {
  if (file === undefined) return defaultPolicy;
  try {
    return readPolicy(readFileSync(file, 'utf8'));
  } catch (fault) {
    const problems = String((fault as Error).message).split('\n');
    throw new SettingsError(problems.map((problem) => `RECOVERY_POLICY_FILE: ${file}: ${problem}`));
  }
}
