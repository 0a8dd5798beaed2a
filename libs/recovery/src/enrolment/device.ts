import { recordAudit } from '@rekey/audit';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, counterKey, limited, spend } from '@rekey/limits';
import { decideOnDevice, findWaitingDevice, type WaitingDevice } from '@rekey/tokens';
import type { ActContext } from '../context.js';
import type { Changing } from './context.js';

/** Codes of devices are short: whoever is signed in may try a few (RFC 8628 §5.1). */
async function within({ database, keyring, clock, flood }: ActContext, account: string): Promise<boolean> {
  const budget = budgets.userCodes;
  const charge = { key: counterKey(keyring, budget, account), budget };
  return spend(database, new Date(clock.now()), [charge], flood);
}

/** The device behind a code, for the person who is to let it in. Refusals: `not_found`, `rate_limited`. */
export async function lookAtDevice(
  context: ActContext,
  who: Changing,
  userCode: string,
): Promise<WaitingDevice | Refusal> {
  if (!(await within(context, who.account))) return limited(budgets.userCodes);
  return (await findWaitingDevice(context, userCode)) ?? refuse('not_found');
}

/** Lets the device in, or not; the first word counts. Refusals: `not_found`, `rate_limited`. */
export async function answerDevice(
  context: ActContext,
  who: Changing,
  { userCode, allow }: { userCode: string; allow: boolean },
): Promise<undefined | Refusal> {
  if (!(await within(context, who.account))) return limited(budgets.userCodes);
  const { database, keyring, clock } = context;
  const now = clock.now();
  const at = new Date(now);
  return database.transaction(async (tx) => {
    const client = await decideOnDevice(tx, keyring, { typed: userCode, allow, ...who, now: at });
    if (!client) return refuse('not_found');
    await recordAudit(tx, {
      id: uuidv7(now),
      at,
      event: allow ? 'device_allowed' : 'device_denied',
      actor: 'person',
      accountId: who.account,
      detail: { client_id: client },
    });
    return undefined;
  });
}
