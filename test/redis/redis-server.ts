import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A real one, in memory by default. */
export async function startRedis(
  port: number,
  options: string[] = ['--save', '', '--appendonly', 'no'],
): Promise<ChildProcess> {
  const server = spawn('redis-server', ['--port', String(port), ...options], { stdio: 'ignore' });
  await Promise.race([once(server, 'spawn'), once(server, 'error').then(([fault]) => Promise.reject(fault))]);
  return server;
}
