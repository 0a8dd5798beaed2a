import { recoveryToken } from '@rekey/recovery';
import type { BrowserRecovery } from './browser-recoveries.js';
import type { Lately } from './lately.js';
import type { PageParts } from './page-parts.js';

/** The recovery that this browser has ended: an act on it says what became of it, and grants nothing anew. */
export function endedRecovery(
  { context: { keyring } }: PageParts,
  { id, app, origin = '' }: NonNullable<Lately['ended']>,
): BrowserRecovery {
  return {
    id,
    token: recoveryToken(keyring, id),
    ...(app === undefined ? {} : { app: { name: app, origin } }),
  };
}
