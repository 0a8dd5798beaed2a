import { developmentSecrets } from './development-secrets.js';
import { renamedVariables } from './renamed-variables.js';
import type { ProcessName, Run } from './run.js';
import { SettingsError } from './settings-error.js';
import { databaseProblems, databaseSettings } from './subjects/database.js';
import { endpointProblems, endpointSettings } from './subjects/endpoints.js';
import { externalIssuerProblems, externalIssuerSettings } from './subjects/external-issuer.js';
import { limitSettings } from './subjects/limits.js';
import { secretProblems, secretSettings } from './subjects/secrets.js';
import { senderProblems, senderSettings } from './subjects/senders.js';
import { telemetrySettings } from './subjects/telemetry.js';
import { tokenSettings } from './subjects/tokens.js';
import { hasCredentials, isNeeded, notSetInProduction, sparse, type Variable } from './variable.js';
import { type GivenValues, variables, withDefaults } from './variables.js';

/** The parsed environment as plain values; nothing is read from the environment again. */
export type Settings = ReturnType<typeof loadSettings>;
export type TwilioSettings = NonNullable<Settings['twilio']>;
/** Everything that the settings know of the ways to send mail and SMS. */
export type SenderSettings = Pick<Settings, 'mail' | 'sms' | 'smtpUrls' | 'mailFrom' | 'twilio' | 'webhooks'>;
export type WebhookSettings = Settings['webhooks'];
/** An external authorization server, and how to request credentials from it. */
export type ExternalIssuerSettings = NonNullable<Settings['externalIssuer']>;

/**
 * Reads the environment once, for one process.
 *
 * @throws {SettingsError} naming each variable, what was read and what is allowed
 */
export function loadSettings(environment: Record<string, string | undefined>, process: ProcessName) {
  const problems: string[] = [];
  const given = readValues(environment, problems);
  const production = given.NODE_ENV === 'production';
  const run: Run = { process, production };
  const contradictions = [
    ...missing(given, run),
    ...databaseProblems(given, run),
    ...endpointProblems(given, run),
    ...senderProblems(given, run),
    ...secretProblems(given, run),
    ...externalIssuerProblems(given, run),
  ];
  problems.push(
    ...contradictions.filter(
      (problem, at, all) => !isToldAlready(problem, [...problems, ...all.slice(0, at)]),
    ),
  );
  if (problems.length > 0) throw new SettingsError(problems);

  const values = withDefaults(given);
  const database = databaseSettings(values);
  const endpoints = endpointSettings(values);
  return sparse({
    production,
    ...database,
    ...endpoints,
    ...senderSettings(values, run),
    ...secretSettings(values, production ? undefined : developmentSecrets(database.dataDir)),
    ...tokenSettings(values, endpoints.urls.issuer),
    ...externalIssuerSettings(values, run),
    ...limitSettings(values),
    ...telemetrySettings(values, run),
  });
}

function readValues(environment: Record<string, string | undefined>, problems: string[]): GivenValues {
  for (const [former, name] of Object.entries(renamedVariables))
    if (environment[former]?.trim()) problems.push(`${former}: is now ${name}; allowed: set ${name} instead`);
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    const read = environment[name]?.trim();
    if (!read) continue;
    const parsed = variable.schema.safeParse(read);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(refusal(name, variable, read));
  }
  return values;
}

function refusal(name: string, { allowed, secret }: Variable, read: string): string {
  const shown =
    secret || read.split(',').some(hasCredentials) ? `${read.length} characters` : JSON.stringify(read);
  return `${name}: read ${shown}; allowed: ${allowed}`;
}

/** A variable that was refused, or is known to be missing, is not reported as missing again. */
function isToldAlready(problem: string, earlier: string[]): boolean {
  const [, name] = /^(\w+): not set/.exec(problem) ?? [];
  return name !== undefined && earlier.some((other) => other.startsWith(`${name}: `));
}

/** Every development default that would be used in production. */
const missing = (given: Record<string, unknown>, run: Run): string[] =>
  Object.entries<Variable>(variables)
    .filter(([name, variable]) => isNeeded(variable, run) && given[name] === undefined)
    .map(([name]) => notSetInProduction(name));
