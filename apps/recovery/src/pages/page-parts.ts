import type { RecoveryContext } from '@rekey/recovery';
import type { ClientDirectory, TokenContext } from '@rekey/tokens';
import type { BrowserState } from './browser-state.js';

export const PAGES = Symbol('PageParts');

/** What the pages are made of. */
export interface PageParts {
  context: RecoveryContext;
  clients: ClientDirectory;
  tokens: TokenContext & Pick<RecoveryContext, 'rateLimits'>;
  browser: BrowserState;
  productName: string;
  signInUrl?: string | undefined;
  /** No SMS are sent, and none are offered. */
  withoutSms: boolean;
  /** What was given out cannot be taken back here. */
  issuerIsExternal: boolean;
}
