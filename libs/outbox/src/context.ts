import type { Database } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import type { OddsPolicy } from '@rekey/limits';

/** What the acts on messages need. */
export interface MessageContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  /** How likely a stranger's attempts may succeed, per day and per year. Defaults apply when omitted. */
  odds?: OddsPolicy | undefined;
  /** Codes per ten minutes, for one client and for the whole instance. */
  sendQuotas: { client: number; instance: number };
  /** `SMS=off`: nothing goes to a phone. */
  withoutSms?: boolean;
}
