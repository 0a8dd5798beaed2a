import { decimals, isSameText, type Refusal, readCode, refuse } from '@rekey/kernel';
import { readLinkToken } from '@rekey/outbox';
import type { RecoveryContext, RecoveryReference } from '../context.js';
import type { AttemptCaller } from '../proving/attempt-from.js';
import { attemptStatements } from '../proving/attempt-statement.js';
import type { Once } from '../proving/prove-once.js';
import { answeringByLink } from '../proving/verifiers.js';
import { matchNumbers } from '../tokens/match-number.js';
import { isRecoveryToken } from '../tokens/recovery-token.js';
import type { RecoveryView } from '../view.js';
import { proveWith } from './prove.js';

/**
 * Proves a recovery by the link in a mail. In the browser that started it, opening the link is enough. Everywhere else the person has to
 * type the number that the starting browser shows, so that neither a scanner that runs scripts nor a person who only received the mail
 * proves anything for somebody else. A wrong number costs an attempt.
 *
 * Refusals: `not_found` for a link that is not ours or has expired; otherwise as for {@link prove}.
 */
export async function proveByLink(
  context: RecoveryContext,
  link: string,
  by: {
    began: RecoveryReference | undefined;
    number: string;
    caller: AttemptCaller;
    once?: Once | undefined;
  },
): Promise<RecoveryView | Refusal> {
  const { keyring, clock } = context;
  const read = readLinkToken(keyring, link, clock.now());
  if (!read) return refuse('not_found');
  const isHere = beganHere(context, read.id, by.began);
  const isRight = isHere || matchNumbers(keyring, read.id).some((number) => isNumber(number, by.number));
  return proveWith(context, read.id, answeringByLink(isRight), {
    value: '',
    statement: attemptStatements.link,
    counter: read.counter,
    // In the starting browser there is nothing to guess.
    caller: isHere ? undefined : by.caller,
    once: by.once,
  });
}

/** @returns the recovery of a link and whether this browser started it; undefined for a link that is not ours or has expired */
export function readLink(
  context: RecoveryContext,
  link: string,
  began: RecoveryReference | undefined,
): { recoveryId: string; beganHere: boolean } | undefined {
  const read = readLinkToken(context.keyring, link, context.clock.now());
  return read && { recoveryId: read.id, beganHere: beganHere(context, read.id, began) };
}

const beganHere = ({ keyring }: RecoveryContext, id: string, began: RecoveryReference | undefined): boolean =>
  began !== undefined && began.id === id && isRecoveryToken(keyring, began);

const isNumber = (number: string, typed: string): boolean =>
  isSameText(readCode(typed, { length: number.length, alphabet: decimals }) ?? '', number);
