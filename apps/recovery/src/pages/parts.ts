import { inRequest } from '@rekey/http';
import type { RecoveryContext } from '@rekey/recovery';
import type { ClientDirectory, TokenContext } from '@rekey/tokens';
import type { FastifyRequest } from 'fastify';
import type { BrowserState } from './browser-state.js';

export const PAGES = Symbol('PageParts');

/** What the pages are made of. */
export interface PageParts {
  context: RecoveryContext;
  clients: ClientDirectory;
  tokens: TokenContext & Pick<RecoveryContext, 'flood'>;
  browser: BrowserState;
  productName: string;
  signInUrl?: string | undefined;
  /** What was given out cannot be taken back here. */
  issuerIsExternal: boolean;
}

/** The same for one request: what is done with them was caused by it. */
export const partsIn = (parts: PageParts, request: FastifyRequest): PageParts => ({
  ...parts,
  context: inRequest(parts.context, request),
  tokens: inRequest(parts.tokens, request),
});
