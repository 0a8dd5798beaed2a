import type { AccountToPut } from '@rekey/accounts';
import { parse, RefusedException } from '@rekey/http';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { AccountImport } from '@rekey/management';
import { accountToPut, type ImportResult, importLine } from './management.schema.js';

/** One account of an import, or why it cannot be read. */
export type ImportItem =
  | {
      /** The line that it begins in, from 1. */
      line: number;
      json: unknown;
      /** What the import has at this place of the JSON, if it is not JSON itself. */
      pointerOf?: (pointer: string) => string;
    }
  | { line: number; code: 'invalid_request' | 'too_large'; pointer: string; detail: string };

/**
 * Reads and writes one account. Call it in the order of the import. Never rejects.
 *
 * @param report receives a fault, of which the caller learns as `unavailable`
 */
export async function importAccount(
  accounts: AccountImport,
  item: ImportItem,
  report: (fault: unknown, line: number) => void,
): Promise<ImportResult> {
  const { line } = item;
  if (!('json' in item)) {
    const { code, pointer, detail } = item;
    return { line, result: 'failed', code, errors: [{ pointer, detail }] };
  }
  const { account, id, refusal } = read(item.json);
  const outcome = account
    ? await accounts.put(account, (fault) => report(fault, line))
    : (refusal ?? refuse('invalid_request'));
  return result(item, account?.id ?? id, outcome);
}

function read(json: unknown): { account?: AccountToPut; id?: string | undefined; refusal?: Refusal } {
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
  { line, pointerOf = (pointer) => pointer }: Extract<ImportItem, { json: unknown }>,
  id: string | undefined,
  outcome: { created: boolean } | Refusal,
): ImportResult {
  if (!isRefused(outcome)) return { line, id, result: outcome.created ? 'created' : 'replaced' };
  const { errors, reason } = outcome.data;
  const places = errors?.map(({ pointer, detail }) => ({ pointer: pointerOf(pointer), detail }));
  return {
    line,
    id,
    result: 'failed',
    code: outcome.code,
    errors: places ?? (reason ? [{ pointer: '/password', detail: reason }] : undefined),
  };
}
