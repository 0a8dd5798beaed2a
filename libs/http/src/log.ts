import type { LoggerService } from '@nestjs/common';
import type { TraceContext } from '@rekey/telemetry';
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

/** What a line bears that was caused by a request. */
export const logFields = (trace: TraceContext | undefined): { request_id?: string } =>
  trace?.requestId ? { request_id: trace.requestId } : {};

/** Warns of a fault, with the request that caused it, if any. */
export const warnOf =
  (log: Log, about: string) =>
  (fault: unknown, trace?: TraceContext): void =>
    log.warn({ err: fault, ...logFields(trace) }, about);

/** JSON lines on stdout. Routes log their template, never their address or body. */
export function createLog(options: { name: string; level: string }): Log {
  return pino({
    name: options.name,
    level: options.level,
    serializers: { err: plainFault, req: () => undefined, res: () => undefined },
  });
}

/** Nest's own words, in the same log. Not the fault of a start, which Nest throws too: the process says in one line what to do. */
export function nestLog(log: Logger): LoggerService {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = rest.at(-1);
      if (context !== 'ExceptionHandler') log[level]({ context }, String(message));
    };
  return {
    log: at('debug'),
    verbose: at('debug'),
    debug: at('debug'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  };
}
