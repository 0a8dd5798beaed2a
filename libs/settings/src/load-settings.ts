import { developmentSecrets } from './development-secrets.js';
import { type GivenText, givenText, withPlace } from './given-text.js';
import { renamedVariables } from './renamed-variables.js';
import type { ProcessName, Run } from './run.js';
import { SettingsError } from './settings-error.js';
import { settingsInForce } from './settings-in-force.js';
import { auditSettings } from './subjects/audit.js';
import { databaseProblems, databaseSettings } from './subjects/database.js';
import { endpointProblems, endpointSettings } from './subjects/endpoints.js';
import { externalIssuerProblems, externalIssuerSettings } from './subjects/external-issuer.js';
import { limitSettings } from './subjects/limits.js';
import { secretProblems, secretSettings } from './subjects/secrets.js';
import { senderProblems, senderSettings } from './subjects/senders.js';
import { telemetrySettings } from './subjects/telemetry.js';
import { tokenSettings } from './subjects/tokens.js';
import { isUsed } from './used-by.js';
import { hasCredentials, isNeeded, notSetInProduction, sparse, type Variable } from './variable.js';
import { type GivenValues, type VariableName, variables, withDefaults } from './variables.js';

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
  const texts = readTexts(environment, process, problems);
  const given = readValues(texts, problems);
  const production = given.NODE_ENV === 'production';
  const run: Run = { process, production };
  const contradictions = [
    ...databaseProblems(given, run),
    ...missing(given, run),
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
  if (problems.length > 0) throw new SettingsError(problems.map((problem) => withPlace(problem, texts)));

  const values = withDefaults(given);
  const database = databaseSettings(values);
  const endpoints = endpointSettings(values);
  const { keyring, ...secrets } = secretSettings(
    values,
    production ? undefined : developmentSecrets(database.dataDir),
    (name) => isUsed(name, process),
  );
  return sparse({
    production,
    inForce: settingsInForce(texts, process),
    ...database,
    ...endpoints,
    ...senderSettings(values, run),
    ...secrets,
    /** @throws {Error} in a process that uses no keyring and has none */
    get keyring() {
      if (!keyring) throw new Error(`${process} has no keyring`);
      return keyring;
    },
    ...tokenSettings(values, endpoints.urls.issuer),
    ...externalIssuerSettings(values, run),
    ...limitSettings(values),
    ...auditSettings(values),
    ...telemetrySettings(values, run),
  });
}

function readTexts(
  environment: Record<string, string | undefined>,
  process: ProcessName,
  problems: string[],
): Map<string, GivenText> {
  for (const [former, name] of Object.entries(renamedVariables))
    if (environment[former]?.trim()) problems.push(`${former}: is now ${name}; allowed: set ${name} instead`);
  const names = Object.keys(variables) as VariableName[];
  const texts = new Map(names.map((name) => [name as string, givenText(name, environment, process)]));
  for (const { problem } of texts.values()) if (problem) problems.push(problem);
  return texts;
}

function readValues(texts: ReadonlyMap<string, GivenText>, problems: string[]): GivenValues {
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    const read = texts.get(name)?.text;
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
  const told = [`${name}: `, `${name}_FILE: `, `${name} and ${name}_FILE: `];
  return name !== undefined && earlier.some((other) => told.some((start) => other.startsWith(start)));
}

/** Every development default that would be used in production. */
const missing = (given: Record<string, unknown>, run: Run): string[] =>
  Object.entries<Variable>(variables)
    .filter(([name, variable]) => isNeeded(variable, run) && given[name] === undefined)
    .map(([name]) => notSetInProduction(name));
