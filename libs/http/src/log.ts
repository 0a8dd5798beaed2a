import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/**
 * JSON lines on stdout. Routes log their template, never their address or body; what could still slip into an error is
 * redacted by name.
 */
export function createLog(options: { name: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    redact: {
      paths: ['*.authorization', '*.cookie', '*.password', '*.token', '*.query', '*.parameters', 'err.query', 'err.parameters', 'err.detail', 'err.where'],
      censor: '[redacted]',
    },
  });
}

/** Nest's own words, in the same log. */
export function nestLog(log: Logger): LoggerService {
  const at = (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') => (message: unknown, ...rest: unknown[]) =>
    log[level]({ context: rest.at(-1) }, String(message));
  return { log: at('debug'), verbose: at('debug'), debug: at('debug'), warn: at('warn'), error: at('error'), fatal: at('fatal') };
}
