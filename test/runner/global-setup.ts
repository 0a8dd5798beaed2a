import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { serverVariable } from './database.js';
import { firstPort, lastPort, portsVariable } from './free-port.js';
import { byLength } from './length.js';
import { clusterVariable, makeCluster, startPostgres } from './postgres.js';
import { makeScratch } from './scratch.js';

/** Concurrent runs on one machine. */
const mostRuns = 8;

/** The whole run shares ports and a folder that no other run has, and one PostgreSQL. Workers learn of them by variables. */
export default async function setUp({ maxWorkers }: { maxWorkers: number }): Promise<void> {
  const { claim, first, count } = await claimPorts();
  process.env[portsVariable] = `${first}:${Math.floor(count / maxWorkers)}`;
  const scratch = await makeScratch();
  // The parent of every temporary folder of every test.
  process.env.TMPDIR = scratch;
  const cluster = join(scratch, 'cluster');
  await makeCluster(cluster);
  process.env[clusterVariable] = cluster;
  const settings = [
    ...['max_connections=400', 'shared_buffers=64MB', 'max_wal_size=512MB'],
    // All of it ends with the run.
    ...['full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0', 'autovacuum=off'],
    ...['synchronous_commit=off', 'update_process_title=off', 'jit=off'],
    // A connection plans each statement once, and not five times more; the long tests have PostgreSQL's own choice.
    ...byLength(['plan_cache_mode=force_generic_plan'], []),
  ];
  const postgres = await startPostgres({ flags: settings.flatMap((setting) => ['-c', setting]) });
  process.env[serverVariable] = postgres.adminUrl.replace(/[^/]+$/, '');
  ending = async () => {
    await postgres.stop();
    await rm(scratch, { recursive: true, force: true });
    await new Promise((resolve) => claim.close(resolve));
  };
}

/** Ends what {@link setUp} started; for `global-teardown.ts`. */
export let ending = async (): Promise<void> => undefined;

/** A range of ports belongs to a run as long as the run listens on the port of that range. */
async function claimPorts(): Promise<{ claim: Server; first: number; count: number }> {
  const count = Math.floor((lastPort - firstPort) / mostRuns);
  for (let run = 0; run < mostRuns; run++) {
    const claim = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      claim.once('error', () => resolve(false));
      claim.listen(firstPort - 1 - run, '127.0.0.1', () => resolve(true));
    });
    if (isFree) return { claim, first: firstPort + run * count, count };
  }
  throw new Error(`${mostRuns} runs of the tests are under way on this machine; wait for one to end`);
}
