import { notifyOfOverride } from '@rekey/outbox';
import type { FollowOverride } from '@rekey/staff';

/** Notifies every address of a step of an override, with a link that stops it. */
export const tellOfOverride =
  (change: 'override_requested' | 'override_approved'): FollowOverride =>
  async (tx, { id: override, account: accountId, at }) => {
    await notifyOfOverride(tx, { accountId, change, override, at });
    return undefined;
  };
