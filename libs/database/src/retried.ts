import { isTransient } from './sql-states.js';

const attempts = 6;
/** Milliseconds; doubled with each attempt. */
const firstPauseMs = 8;

/**
 * Runs work again that PostgreSQL gave up for the sake of another transaction. The work must have no effect but through the database: all of
 * it was rolled back. A random pause keeps two that met from meeting again.
 *
 * @param isPassing which faults another attempt may not meet; those of concurrent transactions when omitted
 * @throws the fault of the last attempt
 */
export async function retried<T>(
  work: () => Promise<T>,
  isPassing: (fault: unknown) => boolean = isTransient,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (fault) {
      if (attempt === attempts || !isPassing(fault)) throw fault;
      const pauseMs = firstPauseMs * 2 ** attempt * Math.random();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
