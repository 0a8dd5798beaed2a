import { judgedSubject } from '@rekey/accounts';
import { sql } from '@rekey/database';
import type { VerifiedAssertion } from './assertion.js';
import type { TokenContext } from './context.js';

/** The account of an assertion, as SQL: see {@link judgedSubject}. Needs the values of {@link spending}. */
export const assertedSubject = judgedSubject(sql`:account`, {
  generation: sql`:generation::uuid`,
  authenticators: sql`:authenticators::text[]`,
  since: sql`:since::timestamptz`,
  recovery: sql`:recoveryId::uuid`,
  acr: sql`:acr::text`,
  strongRoles: sql`:strongRoles`,
});

/** The values of an assertion that is being used. */
export const spending = (context: TokenContext, assertion: VerifiedAssertion) => ({
  account: assertion.accountId,
  jti: assertion.jti,
  jtiExpiresAt: assertion.expiresAt,
  acr: assertion.acr,
  amr: assertion.amr,
  authTime: assertion.provenAt,
  recoveryId: assertion.recoveryId,
  ...assertion.basis,
  strongRoles: context.strongRoles,
  now: new Date(context.clock.now()),
});
