import { execFileSync } from 'node:child_process';
import type { Statement } from '@rekey/database';

const rooms = ['accounts', 'audit', 'limits', 'management', 'outbox', 'recovery', 'sign-in', 'tokens'];

/** Those that the rooms make when they are loaded, read in a process of its own: other specs of this worker make more. */
export function statementsOfRooms(): Statement[] {
  const script = `
    for (const room of ${JSON.stringify(rooms)}) await import('./dist/libs/' + room + '/src/index.js');
    const { statementsMade } = await import('./dist/libs/database/src/index.js');
    console.log(JSON.stringify(statementsMade()));`;
  const options = { encoding: 'utf8', maxBuffer: 16_000_000 } as const;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], options));
}
