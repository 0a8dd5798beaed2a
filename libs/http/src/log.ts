import type { LoggerService } from '@nestjs/common';
import { here } from '@rekey/watch';
import { type Logger, pino } from 'pino';

/**
 * Of a fault, what helps to mend it. A driver's error also carries the statement's values, the row it complains of and the
 * connection with its password: none of that is written down.
 */
const plainFault = (fault: unknown) => {
  const { name, message, code, stack, status, cause } = Object(fault) as Record<string, unknown>;
  const text = fault instanceof Error ? { type: name, message, stack } : { message: 'not an error', status };
  return { ...text, code, ...(cause instanceof Error ? { cause: cause.message } : {}) };
};

export type Log = Logger;

const requestId = (): object => {
  const id = here()?.requestId;
  return id ? { request_id: id } : {};
};

/**
 * JSON lines on stdout, each with the id of the request that it was written for. Routes log their template, never their
 * address or body.
 *
 * @param options.named every line is given the id by whoever writes it
 */
export function createLog(options: { name: string; level: string; named?: boolean }): Log {
  return pino({
    name: options.name,
    level: options.level,
    ...(options.named ? {} : { mixin: requestId }),
    serializers: { err: plainFault, req: () => undefined, res: () => undefined },
  });
}

/** Nest's own words, in the same log. */
export function nestLog(log: Logger): LoggerService {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) =>
      log[level]({ context: rest.at(-1) }, String(message));
  return {
    log: at('debug'),
    verbose: at('debug'),
    debug: at('debug'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  };
}
