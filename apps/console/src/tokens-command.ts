import { readFileSync } from 'node:fs';
import { asTyped } from '@rekey/kernel';
import { settingsOrExit } from '@rekey/settings';
import type { Diagnosis } from '@rekey/tokens';
import { failing, managementToken, type NetworkFault, whatToDoAbout } from './management-command.js';

/** `npm run tokens -- diagnose TOKEN`: why a token is not taken, and what to do about it. */

const fail = failing('tokens');
const usage = `usage: ${asTyped('tokens', 'diagnose TOKEN [--audience RESOURCE] [--json]')}
  TOKEN  an access or refresh token, or - to read it from standard input and keep it out of the shell history`;

interface Asked {
  token: string;
  audience?: string | undefined;
  json: boolean;
}

function read(given: string[]): Asked {
  const json = given.includes('--json');
  const rest = given.filter((word) => word !== '--json');
  const at = rest.indexOf('--audience');
  const [, audience] = at === -1 ? [] : rest.splice(at, 2);
  const [verb, token, ...more] = rest;
  if (verb !== 'diagnose' || !token || more.length > 0 || (at !== -1 && !audience)) return fail(usage);
  return { token: token === '-' ? readFileSync(0, 'utf8').trim() : token, audience, json };
}

async function ask({ token, audience }: Asked): Promise<Diagnosis> {
  const { issuer } = called;
  const bearer = await managementToken(issuer, management, 'tokens:read', fail);
  const response = await fetch(`${issuer.url}/v1/tokens/diagnose`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify({ token, ...(audience ? { audience } : {}) }),
  });
  if (!response.ok)
    fail(`${issuer.url} answered ${response.status} instead of a diagnosis; check ${issuer.setting}`);
  return (await response.json()) as Diagnosis;
}

function describe({ cause, remedy, description, evidence }: Diagnosis): string {
  const known = Object.entries(evidence).map(([name, value]) => [name.replaceAll('_', ' '), String(value)]);
  const lines = [['cause', cause], ['', description], ['remedy', remedy], ...known];
  return lines.map(([name = '', value]) => `${name.padEnd(20)}${value}`).join('\n');
}

const asked = read(process.argv.slice(2));
const { called, management } = settingsOrExit('tokens');
const diagnosis = await ask(asked).catch((fault: NetworkFault) =>
  fail(whatToDoAbout(fault, called.issuer.setting)),
);
process.stdout.write(`${asked.json ? JSON.stringify(diagnosis, null, 2) : describe(diagnosis)}\n`);
// Like grep: a script may ask.
if (diagnosis.cause !== 'none') process.exitCode = 2;
