import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { readHoldDecisions } from '@rekey/audit';
import { openDatabase } from '@rekey/database';
import { whatToDo } from '@rekey/http';
import { asTyped, systemClock } from '@rekey/kernel';
import { type RecoveryPolicy, readPolicy, simulateHolds } from '@rekey/recovery';
import { readSetting, type Settings, settingsOrExit } from '@rekey/settings';
import { runningUrls } from './keys/embedded-url.js';
import { type Asked, readAsked } from './policy/asked.js';
import { describeSimulation, reportOf } from './policy/report.js';

/** `npm run policy -- check FILE`: what is wrong with a policy. `npm run policy -- simulate FILE`: what its holds would have changed. */

const usage = `usage: ${asTyped('policy', 'check FILE | simulate FILE [--since 30d] [--json]')}
  FILE     a policy as RECOVERY_POLICY_FILE names it, or - for standard input
  --since  how far to go back: a number and d (days) or h (hours)`;

/** EX_USAGE and EX_CONFIG of sysexits.h. */
const [exitUsage, exitConfig] = [64, 78];

function fail(message: string, exitCode = 1): never {
  for (const line of message.split('\n')) process.stderr.write(`rekey policy: ${line}\n`);
  process.exit(exitCode);
}

/** Names every problem, a line each. */
function policyIn(file: string): RecoveryPolicy {
  const from = file === '-' ? 'standard input' : file;
  try {
    return readPolicy(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return fail(`there is no file ${file}`, exitUsage);
    if (code === 'EACCES') return fail(`this user may not read ${file}`, exitUsage);
    const problems = message.split('\n').map((line) => `${from}: ${line}`);
    return fail(problems.join('\n'), exitConfig);
  }
}

function policyInForce({ recoveryPolicyFile }: Settings): RecoveryPolicy {
  try {
    return readSetting('RECOVERY_POLICY_FILE', recoveryPolicyFile, readPolicy);
  } catch (fault) {
    return fail(whatToDo(fault), exitConfig);
  }
}

async function simulate({ file, sinceMs, json }: Extract<Asked, { verb: 'simulate' }>): Promise<void> {
  const other = policyIn(file);
  const settings = settingsOrExit('policy');
  const inForce = policyInForce(settings);
  const url = settings.databaseUrl ?? runningUrls(settings.dataDir).url;
  const until = new Date(systemClock.now());
  const since = new Date(until.getTime() - sinceMs);
  const database = await openDatabase({ url, name: 'policy', poolSize: 1 });
  try {
    const simulation = simulateHolds(await readHoldDecisions(database, { since, until }), { inForce, other });
    const report = reportOf(simulation, { since, until });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${describeSimulation(report)}\n`);
  } finally {
    await database.close();
  }
}

const asked = readAsked(process.argv.slice(2)) ?? fail(usage, exitUsage);
if (asked.verb === 'check') {
  policyIn(asked.file);
  process.stdout.write('the policy may be used\n');
} else {
  await simulate(asked).catch((fault: unknown) => fail(whatToDo(fault)));
}
