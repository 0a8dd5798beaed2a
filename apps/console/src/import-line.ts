import type { AccountToPut } from '@rekey/accounts';
import { parse, RefusedException } from '@rekey/http';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { AccountImport } from '@rekey/management';
import { accountToPut, type ImportResult, importLine } from './management.schema.js';
import type { Line } from './ndjson.js';

/**
 * Reads and writes one line. Call it in the order of the lines. Never rejects.
 *
 * @param report receives a fault, of which the caller learns as `unavailable`
 */
export async function importAccount(
  accounts: AccountImport,
  line: Line,
  report: (fault: unknown, line: number) => void,
): Promise<ImportResult> {
  const { account, id, refusal } = read(line);
  if (!account) return result(line, id, refusal ?? refuse('invalid_request'));
  const outcome = await accounts.put(account, (fault) => report(fault, line.number));
  return result(line, account.id, outcome);
}

function read({ text }: Line): { account?: AccountToPut; id?: string | undefined; refusal?: Refusal } {
  if (text === undefined) {
    return {
      refusal: refuse('invalid_request', { errors: [{ pointer: '', detail: 'longer than 64 KiB' }] }),
    };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { refusal: refuse('invalid_request', { errors: [{ pointer: '', detail: 'not JSON' }] }) };
  }
  const named: unknown = Object(json).id;
  const id = typeof named === 'string' ? named.slice(0, 128) : undefined;
  try {
    const { id: account, ...body } = parse(importLine, json);
    return { account: accountToPut(account, body) };
  } catch (thrown) {
    if (thrown instanceof RefusedException) return { id, refusal: thrown.refusal };
    throw thrown;
  }
}

function result(
  { number: line, text }: Line,
  id: string | undefined,
  outcome: { created: boolean } | Refusal,
): ImportResult {
  if (!isRefused(outcome)) return { line, id, result: outcome.created ? 'created' : 'replaced' };
  const { errors, reason } = outcome.data;
  return {
    line,
    id,
    result: 'failed',
    code: text === undefined ? 'too_large' : outcome.code,
    errors: errors ?? (reason ? [{ pointer: '/password', detail: reason }] : undefined),
  };
}
