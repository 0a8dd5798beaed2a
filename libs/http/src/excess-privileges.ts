import type { Log } from './log.js';

let isTold = false;

/**
 * For `openDatabase`: warns that the role that works may do more than its work takes. Once a process: `npm start` opens the same
 * database for each of its parts.
 */
export const warnOfExcessPrivileges =
  (log: Log) =>
  (rights: string[]): void => {
    if (isTold) return;
    isTold = true;
    log.warn(
      { rights },
      'the role of DATABASE_URL has more rights than it needs; see "Database roles" in docs/operate/database-roles.md',
    );
  };
