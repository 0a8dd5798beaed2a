import { recordAudit } from '@rekey/audit';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, limited, limitsOfSource } from '@rekey/limits';
import {
  type Client,
  type DeviceAuthorization,
  decideOnDevice,
  findWaitingDevice,
  hasDecidedAlike,
  type OAuthRefusal,
  startDeviceAuthorization,
  type TokenContext,
  type WaitingDevice,
} from '@rekey/tokens';
import type { ActContext, Changing } from './context.js';
import { chargeOf, within } from './within.js';

/**
 * Starts a device authorization. The caller is not authenticated, and every call leaves a row.
 *
 * Refusals: `rate_limited` (the source, or all devices of the client), `invalid_scope`.
 */
export async function startDeviceWithin(
  context: TokenContext & Pick<ActContext, 'rateLimits'>,
  client: Client,
  { source, ...request }: { source: string; scope?: string | undefined },
): Promise<DeviceAuthorization | OAuthRefusal | Refusal> {
  const { devices, devicesPerClient } = budgets;
  // In this order: a source that is over its own budget consumes nothing of the client's.
  if (!(await within(context, limitsOfSource(context.keyring, devices, source)))) return limited(devices);
  if (!(await within(context, [chargeOf(context, devicesPerClient, client.client_id)])))
    return limited(devicesPerClient);
  return startDeviceAuthorization(context, client, request);
}

/** Returns the device behind a code, for the person who decides on it. Refusals: `not_found`, `rate_limited`. */
export async function lookAtDevice(
  context: ActContext,
  who: Changing,
  userCode: string,
): Promise<WaitingDevice | Refusal> {
  // Device codes are short: a signed-in person gets a few attempts (RFC 8628 §5.1).
  if (!(await within(context, [chargeOf(context, budgets.userCodes, who.account)])))
    return limited(budgets.userCodes);
  return (await findWaitingDevice(context, userCode)) ?? refuse('not_found');
}

/** Approves or denies the device; the first decision counts, and the same once more by the same session changes nothing. Refusals: `not_found`, `rate_limited`. */
export async function answerDevice(
  context: ActContext,
  who: Changing,
  { userCode, allow }: { userCode: string; allow: boolean },
): Promise<undefined | Refusal> {
  if (!(await within(context, [chargeOf(context, budgets.userCodes, who.account)])))
    return limited(budgets.userCodes);
  const { database, keyring, clock } = context;
  const now = clock.now();
  const at = new Date(now);
  return database.transaction(async (tx) => {
    const decision = { typed: userCode, allow, ...who, now: at };
    const client = await decideOnDevice(tx, keyring, decision);
    if (!client) return (await hasDecidedAlike(tx, keyring, decision)) ? undefined : refuse('not_found');
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
