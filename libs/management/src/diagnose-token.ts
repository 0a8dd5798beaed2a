import { type Explanation, explain, type TokenContext } from '@rekey/tokens';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/** Explains why a token is rejected, and audits that it was asked for. The token is in no event, no log and no row. */
export async function diagnoseToken(
  context: ManagementContext,
  tokens: TokenContext,
  actor: string,
  token: string,
): Promise<Omit<Explanation, 'subject'>> {
  const { subject, ...explanation } = await explain({ ...tokens, database: context.database }, token);
  const { account: accountId, session, recovery: recoveryId } = subject;
  const detail = { cause: explanation.cause, ...(session === undefined ? {} : { session }) };
  await auditReading(context, actor, { event: 'token_diagnosed', accountId, recoveryId, detail });
  return explanation;
}
